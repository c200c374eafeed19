// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.net.RequestId;
import dev.jtsh.protocol.text.SafeText;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request to the cluster that came to nothing. Message and hint are for the user and safe to
 * print: what was being done to which address, and what to do about it.
 */
public abstract sealed class ClientException extends Exception {
  private static final long serialVersionUID = 1;

  private final ErrorKind kind;
  private final transient SafeText safeMessage;
  private final transient SafeText hint;
  private transient Optional<RequestId> request = Optional.empty();

  private ClientException(
      ErrorKind kind, SafeText message, SafeText hint, @Nullable Throwable cause) {
    super(message.toString(), cause);
    this.kind = kind;
    this.safeMessage = message;
    this.hint = hint;
  }

  /** The class of the error: chooses the exit code. */
  public final ErrorKind kind() {
    return kind;
  }

  /** What happened, one line. */
  public final SafeText safeMessage() {
    return safeMessage;
  }

  /** What the user can do; empty if we know nothing. */
  public final SafeText hint() {
    return hint;
  }

  /** The call that failed, as debug output and a jtsh-cluster's log name it. */
  public final Optional<RequestId> request() {
    return request;
  }

  /** The same failure, of this call. */
  final ClientException inRequest(RequestId id) {
    request = Optional.of(id);
    return this;
  }

  /** Nothing answers at the address: wrong name, wrong port, network or proxy down. */
  public static final class Unreachable extends ClientException {
    private static final long serialVersionUID = 1;

    Unreachable(SafeText message, SafeText hint, @Nullable Throwable cause) {
      super(ErrorKind.CONNECTION_PROBLEM, message, hint, cause);
    }
  }

  /** Something answers, but it is no proxy of a cluster. */
  public static final class NotAProxy extends ClientException {
    private static final long serialVersionUID = 1;

    NotAProxy(SafeText message, SafeText hint, @Nullable Throwable cause) {
      super(ErrorKind.BAD_PARAMETER, message, hint, cause);
    }
  }

  /** The other side's certificate is not one we trust for that name. */
  public static final class UntrustedCertificate extends ClientException {
    private static final long serialVersionUID = 1;

    UntrustedCertificate(SafeText message, SafeText hint, @Nullable Throwable cause) {
      super(ErrorKind.ACCESS_DENIED, message, hint, cause);
    }
  }

  /** This machine's clock and the cluster's differ too much for short-lived certificates. */
  public static final class ClockSkew extends ClientException {
    private static final long serialVersionUID = 1;

    ClockSkew(SafeText message, SafeText hint, @Nullable Throwable cause) {
      super(ErrorKind.BAD_PARAMETER, message, hint, cause);
    }
  }

  /** The cluster understood and said no (or failed); its own words are part of the message. */
  public static final class Refused extends ClientException {
    private static final long serialVersionUID = 1;

    private final transient SafeText reason;

    Refused(ErrorKind kind, SafeText message, SafeText reason, SafeText hint) {
      super(kind, message, hint, null);
      this.reason = reason;
    }

    /** The cluster's words alone. */
    public SafeText reason() {
      return reason;
    }
  }

  /** A box in front of the cluster answered in its place: HTTP 502, 503 or 504. */
  public static final class Gateway extends ClientException {
    private static final long serialVersionUID = 1;

    Gateway(SafeText message, SafeText hint) {
      super(ErrorKind.CONNECTION_PROBLEM, message, hint, null);
    }
  }

  /** The connection ended before the answer. */
  public static final class ConnectionLost extends ClientException {
    private static final long serialVersionUID = 1;

    ConnectionLost(SafeText message, Throwable cause) {
      super(ErrorKind.CONNECTION_PROBLEM, message, SafeText.empty(), cause);
    }
  }

  /** No answer within the time this call may take. */
  public static final class TimedOut extends ClientException {
    private static final long serialVersionUID = 1;

    TimedOut(SafeText message, @Nullable Throwable cause) {
      super(ErrorKind.CONNECTION_PROBLEM, message, SafeText.empty(), cause);
    }
  }

  /** The answer makes no sense: too long, malformed, or contradicting what was asked. */
  public static final class BadAnswer extends ClientException {
    private static final long serialVersionUID = 1;

    /** With what was asked and what is wrong in the message. */
    public BadAnswer(SafeText message, @Nullable Throwable cause) {
      super(ErrorKind.INTERNAL, message, SafeText.empty(), cause);
    }
  }

  /** Our certificate is not taken for this call: expired, or made for another use. Final. */
  public static final class CertificateRejected extends ClientException {
    private static final long serialVersionUID = 1;

    CertificateRejected(SafeText message, SafeText hint, Throwable cause) {
      super(ErrorKind.ACCESS_DENIED, message, hint, cause);
    }
  }

  /** The cluster does not offer what was asked for, or jtsh cannot do it yet. */
  public static final class NotOffered extends ClientException {
    private static final long serialVersionUID = 1;

    NotOffered(SafeText message, SafeText hint) {
      super(ErrorKind.NOT_IMPLEMENTED, message, hint, null);
    }
  }

  /** No signature: the security key gave none, or the cluster asked for one it may not have. */
  public static final class SecurityKeyFailed extends ClientException {
    private static final long serialVersionUID = 1;

    SecurityKeyFailed(SafeText message, SafeText hint, @Nullable Throwable cause) {
      super(ErrorKind.ACCESS_DENIED, message, hint, cause);
    }
  }

  /** The profile on disk is missing, unsafe or damaged. */
  public static final class ProfileUnusable extends ClientException {
    private static final long serialVersionUID = 1;

    ProfileUnusable(SafeText message, SafeText hint, @Nullable Throwable cause) {
      super(ErrorKind.BAD_PARAMETER, message, hint, cause);
    }
  }

  /** The thread was interrupted while waiting. */
  public static final class Cancelled extends ClientException {
    private static final long serialVersionUID = 1;

    Cancelled(SafeText message, Throwable cause) {
      super(ErrorKind.CONNECTION_PROBLEM, message, SafeText.empty(), cause);
    }
  }
}
