// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.ClientException;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;

/** What came of looking at, approving or denying a headless request. */
public sealed interface ApprovalOutcome {
  /** The request waits; show {@link PendingRequest#lines} and ask. */
  record Pending(PendingRequest request) implements ApprovalOutcome {}

  /**
   * The requester gets its certificates now, or when the code was typed on its terminal.
   *
   * @param code to be shown to the approver and to nobody else; empty when none is asked for
   */
  record Approved(SafeText code) implements ApprovalOutcome {}

  /** The requester is told no. */
  record Denied() implements ApprovalOutcome {}

  /** It did not come to a decision. */
  sealed interface Undecided extends ApprovalOutcome {
    /** One line for the user. */
    SafeText message();

    /** What the user can do; may be empty. */
    SafeText hint();

    /** Chooses the exit code. */
    ErrorKind kind();
  }

  /**
   * No such request for this user: mistyped, expired, withdrawn, or another user's.
   *
   * @param user who asked
   */
  record NotFound(String user) implements Undecided {
    @Override
    public SafeText message() {
      return SafeText.format("no headless request with this id waits for {}", SafeText.of(user));
    }

    @Override
    public SafeText hint() {
      return SafeText.literal(
          "check the id and the user; a request lives three minutes, then the command must be run"
              + " again");
    }

    @Override
    public ErrorKind kind() {
      return ErrorKind.NOT_FOUND;
    }
  }

  /**
   * Somebody was faster, or it is a replay.
   *
   * @param decision {@code approved} or {@code denied}
   */
  record AlreadyDecided(SafeText decision) implements Undecided {
    @Override
    public SafeText message() {
      return SafeText.format(
          "cannot approve a headless authentication from a non-pending state: {}", decision);
    }

    @Override
    public SafeText hint() {
      return SafeText.empty();
    }

    @Override
    public ErrorKind kind() {
      return ErrorKind.ACCESS_DENIED;
    }
  }

  /** No security key here signed, or none may for this; the request goes on waiting. */
  record NotSigned(SafeText message, SafeText hint) implements Undecided {
    @Override
    public ErrorKind kind() {
      return ErrorKind.ACCESS_DENIED;
    }
  }

  /**
   * Anything else.
   *
   * @param kind chooses the exit code
   * @param message one line for the user
   * @param hint what to do; may be empty
   */
  record Failed(ErrorKind kind, SafeText message, SafeText hint) implements Undecided {
    static Failed of(ClientException cause) {
      return new Failed(cause.kind(), cause.safeMessage(), cause.hint());
    }
  }
}
