// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.headless;

import dev.jtsh.client.ClientException;
import dev.jtsh.client.LoginCredentials;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.protocol.web.GrantJson;
import java.util.Optional;

/** How the wait for an approval ended. */
public sealed interface HeadlessOutcome {
  /** One line for the user. */
  SafeText message();

  /** What the user can do; empty if nothing is known. */
  SafeText hint();

  /** The class of the outcome: chooses the exit code. Not asked of {@link Approved}. */
  ErrorKind kind();

  /**
   * Approved: for one minute the credentials can fetch Kubernetes certificates.
   *
   * @param credentials to be closed by the session
   * @param grant what exactly was approved; only a jtsh-cluster says so
   */
  record Approved(LoginCredentials credentials, Optional<GrantJson> grant)
      implements HeadlessOutcome {
    @Override
    public SafeText message() {
      return SafeText.literal("approved");
    }

    @Override
    public SafeText hint() {
      return SafeText.empty();
    }

    @Override
    public ErrorKind kind() {
      return ErrorKind.INTERNAL;
    }
  }

  /**
   * Denied, by the user or at once by the cluster.
   *
   * @param hint differs for a denial at once
   */
  record Denied(SafeText hint) implements HeadlessOutcome {
    @Override
    public SafeText message() {
      return SafeText.literal("the headless login was denied");
    }

    @Override
    public ErrorKind kind() {
      return ErrorKind.ACCESS_DENIED;
    }
  }

  /** Nobody decided in time. */
  record TimedOut() implements HeadlessOutcome {
    @Override
    public SafeText message() {
      return SafeText.literal("the headless login was not approved in time (3 minutes)");
    }

    @Override
    public SafeText hint() {
      return SafeText.literal("run the command again for a new request");
    }

    @Override
    public ErrorKind kind() {
      return ErrorKind.CONNECTION_PROBLEM;
    }
  }

  /**
   * The connection was cut, and this cluster forgets a request with its connection: the link is
   * dead.
   *
   * @param cause what was seen
   */
  record ConnectionLost(ClientException cause) implements HeadlessOutcome {
    @Override
    public SafeText message() {
      return SafeText.format(
          "{}; this cluster drops the request with it, the link above is dead",
          cause.safeMessage());
    }

    @Override
    public SafeText hint() {
      return SafeText.literal("a new request with a new link is needed");
    }

    @Override
    public ErrorKind kind() {
      return ErrorKind.CONNECTION_PROBLEM;
    }
  }

  /**
   * Anything else that cannot end in an approval: refused, unreachable, not trusted, stopped.
   *
   * @param cause what was seen
   */
  record Failed(ClientException cause) implements HeadlessOutcome {
    @Override
    public SafeText message() {
      return cause.safeMessage();
    }

    @Override
    public SafeText hint() {
      return cause.hint();
    }

    @Override
    public ErrorKind kind() {
      return cause.kind();
    }
  }
}
