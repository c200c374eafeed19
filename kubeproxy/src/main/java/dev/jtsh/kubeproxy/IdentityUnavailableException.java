// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.text.SafeText;

/** There is no identity for a kube cluster now; the message is shown by kubectl. */
public final class IdentityUnavailableException extends Exception {
  private static final long serialVersionUID = 1L;

  private final int httpStatus;
  private final transient SafeText text;

  /**
   * Makes one.
   *
   * @param httpStatus what to answer: 403 denied, 404 unknown kube cluster, 504 needs a person
   * @param text what happened and what to do about it
   */
  public IdentityUnavailableException(int httpStatus, SafeText text) {
    super(text.toString());
    this.httpStatus = httpStatus;
    this.text = text;
  }

  /** The HTTP status to answer with. */
  public int httpStatus() {
    return httpStatus;
  }

  /** What the user reads. */
  public SafeText text() {
    return text;
  }
}
