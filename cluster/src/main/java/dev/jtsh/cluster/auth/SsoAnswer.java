// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a browser brings back from a provider.
 *
 * @param state which login it is of
 * @param code to be exchanged; empty in a failure
 * @param error the provider's word for a failure, foreign text; empty without one
 * @param issuer who made it (RFC 9207), if it says so
 */
public record SsoAnswer(String state, String code, String error, Optional<String> issuer) {
  private static final int VALUE_CHARS_MAX = 8 * 1024;

  /**
   * Reads a query.
   *
   * @return empty when it is malformed, or says something twice
   */
  public static Optional<SsoAnswer> ofQuery(String query) {
    Map<String, String> values = new HashMap<>();
    try {
      for (String pair : query.split("&", -1)) {
        int sign = pair.indexOf('=');
        String name = sign < 0 ? pair : pair.substring(0, sign);
        String value =
            sign < 0 ? "" : URLDecoder.decode(pair.substring(sign + 1), StandardCharsets.UTF_8);
        if (value.length() > VALUE_CHARS_MAX || values.put(name, value) != null) {
          return Optional.empty();
        }
      }
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    String state = values.getOrDefault("state", "");
    String code = values.getOrDefault("code", "");
    String error = values.getOrDefault("error", "");
    return state.isEmpty() || code.isEmpty() == error.isEmpty()
        ? Optional.empty()
        : Optional.of(new SsoAnswer(state, code, error, Optional.ofNullable(values.get("iss"))));
  }
}
