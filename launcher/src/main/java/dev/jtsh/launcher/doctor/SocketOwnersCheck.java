// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** Whether the local port has its second lock (rule 35). */
final class SocketOwnersCheck implements Check {
  private final OwnProcess self;

  SocketOwnersCheck(OwnProcess self) {
    this.self = self;
  }

  @Override
  public String id() {
    return "local-port";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("local port");
  }

  @Override
  public Outcome look() {
    return self.tellsSocketOwners()
        ? new Outcome.Ok(
            SafeText.literal("the kernel says whose a connection is"),
            SafeText.literal("other users are cut off before a byte; the client key decides after"))
        : new Outcome.Warning(
            SafeText.literal("the kernel does not say whose a connection is"),
            SafeText.literal("the session's client key is the only lock of the port"),
            SafeText.literal("let the container use netlink sockets (NETLINK_SOCK_DIAG)"));
  }
}
