// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.join;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A session cannot be joined, or cannot be made joinable; the message is for the person. */
public final class CannotJoinException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient SafeText reason;

  CannotJoinException(SafeText reason, @Nullable Throwable cause) {
    super(reason.toString(), cause);
    this.reason = reason;
  }

  /** Why. */
  public SafeText reason() {
    return reason;
  }
}
