// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import dev.jtsh.protocol.text.SafeText;

/** One question and its answer. Looks, and changes nothing. */
interface Check {
  /** A stable name for scripts: small letters and dashes. */
  String id();

  /** What it is about, in one to three words. */
  SafeText title();

  /** Looks now. What is thrown counts as not measured. */
  Outcome look();
}
