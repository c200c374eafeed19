// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.web;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What stands in a record for a key that was absent or null. */
final class Absent {
  private Absent() {}

  static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  static ByteString bytes(@Nullable ByteString value) {
    return value == null ? ByteString.EMPTY : value;
  }

  static Duration duration(@Nullable Duration value) {
    return value == null ? Duration.ZERO : value;
  }

  static Password password(@Nullable Password value) {
    return value == null ? Password.empty() : value;
  }

  static <T> List<T> list(@Nullable List<T> value) {
    return value == null ? List.of() : List.copyOf(value);
  }

  static Map<String, String> map(@Nullable Map<String, String> value) {
    return value == null ? Map.of() : Map.copyOf(value);
  }
}
