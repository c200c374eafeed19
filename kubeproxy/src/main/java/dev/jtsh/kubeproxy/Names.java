// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.util.AsciiString;

/** Header names used in more than one place. */
final class Names {
  static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  static final AsciiString WARNING = AsciiString.cached("warning");
  static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

  private Names() {}
}
