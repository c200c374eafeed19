// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@link SignupFinishRequest}.
 *
 * @param message {@code ok}
 * @param recoveryCodes shown once, each good once in place of a lost password or key; may be none
 * @param approvesFrom when the new key may first approve a headless session; null for at once
 */
public record SignupFinishResponse(
    String message,
    List<String> recoveryCodes,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Instant approvesFrom) {
  /** Absent keys become empty values. */
  public SignupFinishResponse {
    message = Absent.text(message);
    recoveryCodes = Absent.list(recoveryCodes);
  }

  /** Hides the codes. */
  @Override
  public String toString() {
    return "SignupFinishResponse(hidden)";
  }
}
