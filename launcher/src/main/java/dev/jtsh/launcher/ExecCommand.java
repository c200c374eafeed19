// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jtsh exec -- COMMAND}: one command that uses a running session. */
@Command(
    name = "exec",
    description = {
      "Run the command behind -- on a running session of yours; its exit status is passed on.",
      "\"jtsh exec -- sudo COMMAND\" lets root's connections in while it runs."
    })
final class ExecCommand implements Callable<Integer> {
  private final Outside outside;
  private final FailureReport failures;
  private final List<String> command;

  @Mixin private KubeconfigPathOption path = new KubeconfigPathOption();

  /**
   * Made for one run.
   *
   * @param command what stood behind {@code --}
   */
  ExecCommand(Outside outside, List<String> command) {
    this.outside = outside;
    this.failures = new FailureReport(outside.console());
    this.command = List.copyOf(command);
  }

  @Override
  public Integer call() {
    if (command.isEmpty()) {
      throw new SettingsException("say what to run: jtsh exec -- COMMAND");
    }
    boolean root = SudoCommand.of(command).isPresent();
    boolean pathByPid = path.byPid();
    try (FoundSession session = new FoundSession.Search(outside).join(root)) {
      return new SessionShells(outside)
          .run(session, session.kubeconfig().segment(), session.markers(), command, pathByPid);
    } catch (NoSessionException e) {
      return failures.of(ExitCode.NO_SESSION, e.reason(), e.hint()).status();
    }
  }
}
