// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.oidc;

import java.io.Serial;

/** A login at a provider that came to nothing. */
public final class OidcException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  /** What a person is told. */
  public enum Reason {
    /** The person said no, or the provider did. */
    DENIED("the provider denied the login"),
    /** No such login was begun from here, it was used, or it took too long. */
    UNKNOWN("this login is unknown, already used or too old; start it again"),
    /** The provider did not answer as it must. */
    PROVIDER("the provider cannot be used now; the cluster's log says why"),
    /** Something in the answer does not hold. */
    UNTRUSTED("the provider's answer is not to be trusted; the cluster's log says why"),
    /** The provider knows the person, the cluster gives nothing for it. */
    NO_ROLES("your account has no role here: no group of yours is mapped to one"),
    /** The name belongs to somebody else, or cannot be one. */
    NO_USER("your account cannot be used here; ask your administrators");

    private final String shown;

    Reason(String shown) {
      this.shown = shown;
    }

    /** For people: fixed words, nothing of the provider's. */
    public String shown() {
      return shown;
    }
  }

  /** Fails for this reason; {@code detail} is for the log and the audit. */
  public OidcException(Reason reason, String detail) {
    super(detail);
    this.reason = reason;
  }

  /** The same with what led to it. */
  public OidcException(Reason reason, String detail, Throwable cause) {
    super(detail, cause);
    this.reason = reason;
  }

  /** What a person is told. */
  public Reason reason() {
    return reason;
  }

  /** For the log: foreign text may be in it. */
  public String detail() {
    return String.valueOf(getMessage());
  }
}
