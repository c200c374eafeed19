// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.SealedLogin;
import dev.jtsh.protocol.web.SshLoginResponse;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way back to a program on the person's own machine (teleport-wire §2.5): its address, which is
 * never another machine's, and the key that only it has.
 *
 * @param address where it listens, without a query
 * @param key 32 bytes
 */
record ConsoleReturn(URI address, ByteString key) {
  private static final Pattern FORM =
      Pattern.compile(
          "(http://(?:127\\.0\\.0\\.1|localhost|\\[::1\\]):([1-9][0-9]{0,4})/callback)"
              + "\\?secret_key=([0-9a-f]{64})");
  private static final int PORT_MAX = 65_535;

  /**
   * Reads what the program sent.
   *
   * @throws WireException of kind ACCESS_DENIED for every other form: certificates would go to
   *     whoever is there
   */
  static ConsoleReturn parse(String redirectUrl) {
    Matcher form = FORM.matcher(redirectUrl);
    if (!form.matches() || Integer.parseInt(form.group(2)) > PORT_MAX) {
      throw new WireException(
          ErrorKind.ACCESS_DENIED,
          "redirect_url must be http://127.0.0.1:PORT/callback with a secret_key");
    }
    return new ConsoleReturn(
        URI.create(form.group(1)), ByteString.copyFrom(HexFormat.of().parseHex(form.group(3))));
  }

  /** Brings certificates there. */
  URI with(SshLoginResponse login, SecureRandom random) {
    SealedLogin sealed = SealedLogin.seal(WireJson.write(login), key.toByteArray(), random);
    return withQuery("response", new String(WireJson.write(sealed), StandardCharsets.UTF_8));
  }

  /** Brings the news there that nothing came of it. */
  URI withFailure(String message) {
    return withQuery("err", message);
  }

  private URI withQuery(String name, String value) {
    return URI.create(
        address + "?" + name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "ConsoleReturn[" + address + "]";
  }
}
