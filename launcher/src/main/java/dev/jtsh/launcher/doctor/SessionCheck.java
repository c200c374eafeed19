// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** Whether a session is around this process, and alive (rule 13). */
final class SessionCheck implements Check {
  private final SessionAround session;

  SessionCheck(SessionAround session) {
    this.session = session;
  }

  @Override
  public String id() {
    return "session";
  }

  @Override
  public SafeText title() {
    return SafeText.literal("session");
  }

  @Override
  public Outcome look() {
    return switch (session) {
      case SessionAround.None none ->
          new Outcome.Ok(
              SafeText.literal("none around this shell"),
              SafeText.literal("only the machine is looked at"));
      case SessionAround.Alive alive ->
          new Outcome.Ok(
              SafeText.format(
                  "{}{}",
                  SafeText.of(alive.id().isEmpty() ? "without an id" : alive.id()),
                  alive
                      .program()
                      .map(pid -> SafeText.format(", process {}", Count.of(pid)))
                      .orElse(SafeText.literal(", its process cannot be seen"))),
              SafeText.literal("this shell belongs to a session that lives"));
      case SessionAround.OfAnother other ->
          new Outcome.Fail(
              SafeText.format("of user {}, and this is root", Count.of(other.owner())),
              SafeText.literal("the local port serves that user only: kubectl under sudo is cut"),
              SafeText.literal("run kubectl without sudo"));
      case SessionAround.Gone gone ->
          new Outcome.Fail(
              gone.how(),
              SafeText.literal(
                  "KUBECONFIG leads nowhere, or to whoever gets that process number next"),
              SafeText.literal(
                  "unset KUBECONFIG JTSH_KUBECONFIG JTSH_SESSION, or leave this shell"));
    };
  }
}
