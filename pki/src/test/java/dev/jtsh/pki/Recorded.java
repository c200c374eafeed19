// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Public data that a real cluster of the protocol once sent. */
final class Recorded {
  private Recorded() {}

  static byte[] bytes(String name) {
    try (InputStream in = requireNonNull(Recorded.class.getResourceAsStream("/recorded/" + name))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static X509Certificate certificate(String name) {
    return Pem.certificate(bytes(name));
  }

  /** The text of a member of a JSON file; enough for flat files with unique names. */
  static String text(String file, String member) {
    String json = new String(bytes(file), StandardCharsets.UTF_8);
    Matcher matcher = Pattern.compile("\"" + member + "\"\\s*:\\s*\"([^\"]*)\"").matcher(json);
    if (!matcher.find()) {
      throw new AssertionError(file + " has no " + member);
    }
    return matcher.group(1);
  }

  static byte[] base64(String file, String member) {
    return Base64.getDecoder().decode(text(file, member));
  }
}
