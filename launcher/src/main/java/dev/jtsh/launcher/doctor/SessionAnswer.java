// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The session's answer about itself, asked for once. */
final class SessionAnswer {
  private final SessionVoice voice;
  private boolean asked;
  private @Nullable SessionSelf self;
  private SafeText failure = SafeText.empty();

  SessionAnswer(SessionVoice voice) {
    this.voice = voice;
  }

  /** Looks at the answer. */
  @FunctionalInterface
  interface Look {
    Outcome at(SessionSelf self);
  }

  /** What a check makes of the answer; not measured without one. */
  Outcome with(Look look) {
    if (!asked) {
      asked = true;
      try {
        self = voice.ask();
      } catch (IOException e) {
        failure = SafeText.of(String.valueOf(e.getMessage()));
      }
    }
    SessionSelf told = self;
    return told == null
        ? new Outcome.NotMeasured(
            SafeText.format("the session cannot be asked: {}", failure),
            SafeText.literal("nothing is claimed about what only it can know"))
        : look.at(told);
  }
}
