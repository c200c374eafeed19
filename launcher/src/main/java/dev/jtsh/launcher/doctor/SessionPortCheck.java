// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.util.Map;
import java.util.TreeMap;

/** Who knocked at the running session's local port, as the session says it (rule 35). */
final class SessionPortCheck implements Check {
  /** What other people's connections are called; the rest are limits and lost connections. */
  private static final String OTHER_USER = "other_user";

  private static final String ROOT = "root";

  private final SessionAnswer answer;

  SessionPortCheck(SessionAnswer answer) {
    this.answer = answer;
  }

  @Override
  public String id() {
    return "session-port";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("session's local port");
  }

  @Override
  public Outcome look() {
    return answer.with(self -> of(self.port()));
  }

  private static Outcome of(SessionSelf.Port port) {
    SafeText seen =
        SafeText.format(
            "{} connections, {} in handshake, refused: {}",
            Count.of(port.connections()),
            Count.of(port.handshakes()),
            refused(port.refused()));
    if (port.refused().containsKey(OTHER_USER) || port.refused().containsKey(ROOT)) {
      return new Outcome.Warning(
          seen,
          SafeText.literal("somebody else tried the port and was cut before a byte was read"),
          SafeText.literal("kubectl under sudo needs `jtsh exec -- sudo …`; else ask who it was"));
    }
    return port.ownersChecked()
        ? new Outcome.Ok(seen, SafeText.literal("only sockets of this user are read from"))
        : new Outcome.Warning(
            seen,
            SafeText.literal("the kernel does not say whose a connection is"),
            SafeText.literal("the certificate in the kubeconfig is the only lock"));
  }

  private static SafeText refused(Map<String, Long> refused) {
    return refused.isEmpty()
        ? SafeText.literal("none")
        : SafeText.of(new TreeMap<>(refused).toString());
  }
}
