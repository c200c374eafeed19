// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher;

import dev.jtsh.headless.ApprovalOutcome;
import dev.jtsh.headless.HeadlessApproval;
import dev.jtsh.headless.NumberMatch;
import dev.jtsh.headless.PendingRequest;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import java.io.InputStream;
import java.util.List;
import java.util.OptionalInt;

/** Shows an approver a request, asks for the number, and has the key sign. */
final class ApprovalDialog {
  private static final int NO_NUMBER = 0;

  private final Console console;
  private final FailureReport failures;
  private final InputStream answers;
  private final String number;
  private final boolean skipConfirm;

  /**
   * A dialog.
   *
   * @param number given beforehand; empty to be asked for
   * @param skipConfirm whether to ask nothing
   */
  ApprovalDialog(Outside outside, String number, boolean skipConfirm) {
    this.console = outside.console();
    this.failures = new FailureReport(console);
    this.answers = outside.answers();
    this.number = number;
    this.skipConfirm = skipConfirm;
  }

  /** Decides about the request of this id; gives the exit status. */
  int decide(HeadlessApproval approval, String id) {
    ApprovalOutcome found = approval.find(id);
    if (!(found instanceof ApprovalOutcome.Pending(PendingRequest request))) {
      return report(found);
    }
    request.lines().forEach(console::data);
    OptionalInt given = answer(request);
    if (given.isEmpty()) {
      return report(approval.deny(request, false));
    }
    if (given.getAsInt() == NO_NUMBER && request.number().required()) {
      return failures
          .of(
              ExitCode.NO_ACCESS,
              SafeText.literal("this cluster wants the number that the remote terminal shows"),
              SafeText.literal("leave --skip-confirm out, or give --number"))
          .status();
    }
    console.say(SafeText.literal("Tap any security key"));
    return report(approval.approve(request, given.getAsInt()));
  }

  /** Denies the request of this id without a question. */
  int deny(HeadlessApproval approval, String id, boolean reported) {
    ApprovalOutcome found = approval.find(id);
    return report(
        found instanceof ApprovalOutcome.Pending(PendingRequest request)
            ? approval.deny(request, reported)
            : found);
  }

  /** The number, {@link #NO_NUMBER} for a yes without one, or empty for a no. */
  private OptionalInt answer(PendingRequest request) {
    if (!number.isEmpty()) {
      return NumberMatch.parse(number);
    }
    if (skipConfirm) {
      return OptionalInt.of(NO_NUMBER);
    }
    if (!request.number().shown()) {
      String typed = ask(SafeText.literal("Approve? [y/N]: "));
      return typed.equalsIgnoreCase("y") || typed.equalsIgnoreCase("yes")
          ? OptionalInt.of(NO_NUMBER)
          : OptionalInt.empty();
    }
    return NumberMatch.parse(ask(question(request.number().choices())));
  }

  private static SafeText question(List<Integer> choices) {
    if (choices.isEmpty()) {
      return SafeText.literal(
          "Type the number that the remote terminal shows (anything else denies): ");
    }
    SafeText row = SafeText.empty();
    for (int choice : choices) {
      row = SafeText.format("{}  {}", row, SafeText.of(Integer.toString(choice)));
    }
    return SafeText.format(
        "Which of these numbers does the remote terminal show?\n{}\n(anything else denies): ", row);
  }

  /** Anything but a clear yes is a no, as is the end of the input. */
  private String ask(SafeText question) {
    console.ask(question);
    return AnswerLine.read(answers);
  }

  private int report(ApprovalOutcome outcome) {
    return switch (outcome) {
      case ApprovalOutcome.Approved approved -> {
        console.say(SafeText.literal("Approved."));
        if (!approved.code().isEmpty()) {
          console.data(
              SafeText.format(
                  "Type this code on the terminal that you started it on: {}", approved.code()));
          console.say(
              SafeText.literal(
                  "Nobody else needs it: who asks you for it is not at your terminal."));
        }
        yield ExitCode.OK.status();
      }
      case ApprovalOutcome.Denied denied -> {
        console.say(SafeText.literal("Denied."));
        yield ExitCode.OK.status();
      }
      case ApprovalOutcome.Pending pending ->
          throw new IllegalStateException("still pending after a decision");
      case ApprovalOutcome.Undecided undecided ->
          failures.of(exitCode(undecided), undecided.message(), undecided.hint()).status();
    };
  }

  private static ExitCode exitCode(ApprovalOutcome.Undecided outcome) {
    return switch (outcome) {
      case ApprovalOutcome.NotFound notFound -> ExitCode.REQUEST_NOT_FOUND;
      case ApprovalOutcome.AlreadyDecided decided -> ExitCode.REQUEST_DECIDED;
      case ApprovalOutcome.NotSigned unsigned -> ExitCode.NO_SECURITY_KEY;
      case ApprovalOutcome.Failed failed ->
          failed.kind() == ErrorKind.ACCESS_DENIED
              ? ExitCode.NO_ACCESS
              : failed.kind() == ErrorKind.CONNECTION_PROBLEM
                  ? ExitCode.UNREACHABLE
                  : ExitCode.ERROR;
    };
  }
}
