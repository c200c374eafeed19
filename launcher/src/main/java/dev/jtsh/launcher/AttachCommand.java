// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.protocol.text.SafeText;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jtsh attach}: another shell of a running session. */
@Command(
    name = "attach",
    description = {
      "Open a shell on this terminal that joins a running session of yours.",
      "With several sessions, JTSH_SESSION says which; else you are asked."
    })
final class AttachCommand implements Callable<Integer> {
  private final Outside outside;
  private final FailureReport failures;

  @Mixin private KubeconfigPathOption path = new KubeconfigPathOption();

  AttachCommand(Outside outside) {
    this.outside = outside;
    this.failures = new FailureReport(outside.console());
  }

  @Override
  public Integer call() {
    boolean pathByPid = path.byPid();
    try (FoundSession session = new FoundSession.Search(outside).join(false)) {
      outside
          .console()
          .say(
              SafeText.literal(
                  "Joined the session. \"exit\" leaves it; the session itself goes on."));
      return new SessionShells(outside)
          .run(session, session.kubeconfig().segment(), session.markers(), List.of(), pathByPid);
    } catch (NoSessionException e) {
      return failures.of(ExitCode.NO_SESSION, e.reason(), e.hint()).status();
    }
  }
}
