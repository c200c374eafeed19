// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.browser;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Properties;

/**
 * A person's credential in WebDriver's form: all bytes in base64 with the URL alphabet.
 *
 * @param count above whatever the same credential counted elsewhere
 */
record Passkey(String rpId, String id, String userHandle, String privateKey, int count) {
  private static final int AHEAD = 1000;

  /** The first credential in the file of a software key. */
  static Passkey of(Path softwareKey) throws IOException {
    var stored = new Properties();
    try (Reader reader = Files.newBufferedReader(softwareKey)) {
      stored.load(reader);
    }
    return new Passkey(
        stored.getProperty("0.rpId"),
        url(stored.getProperty("0.id")),
        url(stored.getProperty("0.userHandle")),
        url(stored.getProperty("0.privateKey")),
        Integer.parseInt(stored.getProperty("0.counter")) + AHEAD);
  }

  private static String url(String base64) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(Base64.getDecoder().decode(base64));
  }

  @Override
  public String toString() {
    return "Passkey[" + id + "]";
  }
}
