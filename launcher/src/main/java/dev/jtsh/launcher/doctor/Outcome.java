// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** What a check found. */
public sealed interface Outcome {
  /** What was looked at, in one line. */
  SafeText seen();

  /** What that means. */
  SafeText means();

  /** What to do; empty when there is nothing. */
  SafeText todo();

  /** As promised. */
  record Ok(SafeText seen, SafeText means) implements Outcome {
    @Override
    public SafeText todo() {
      return SafeText.empty();
    }
  }

  /** It works, but less is kept than could be. */
  record Warning(SafeText seen, SafeText means, SafeText todo) implements Outcome {}

  /** A promise does not hold here, or the session does not work. */
  record Fail(SafeText seen, SafeText means, SafeText todo) implements Outcome {}

  /** Could not be found out, or was never measured on such a system: nothing is claimed. */
  record NotMeasured(SafeText seen, SafeText means, SafeText todo) implements Outcome {
    /** For what cannot be changed either. */
    NotMeasured(SafeText seen, SafeText means) {
      this(seen, means, SafeText.empty());
    }
  }
}
