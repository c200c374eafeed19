// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import dev.jtsh.cluster.proxy.WebResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The files of the page, from the program itself. The same for everybody: nothing is put into them,
 * so nothing has to be escaped. No inline script, no other site, no frame around it.
 */
final class PageFiles {
  private static final Map<String, List<String>> HEADERS =
      Map.of(
          "Content-Security-Policy",
          List.of(
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
                  + " connect-src 'self'; form-action 'none'; base-uri 'none';"
                  + " frame-ancestors 'none'; require-trusted-types-for 'script';"
                  + " trusted-types 'none'"),
          "Permissions-Policy",
          List.of(
              "publickey-credentials-get=(self), publickey-credentials-create=(self),"
                  + " camera=(), microphone=(), geolocation=()"),
          "Cross-Origin-Opener-Policy",
          List.of("same-origin"),
          "Cross-Origin-Resource-Policy",
          List.of("same-origin"));

  private static final Map<String, String> TYPES =
      Map.of(
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "calls.js", "text/javascript; charset=utf-8",
          "invite.js", "text/javascript; charset=utf-8",
          "recover.js", "text/javascript; charset=utf-8",
          "states.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  // Fixed words only; the paths are Teleport's (teleport-wire §2.5).
  private static final Map<String, List<String>> MESSAGES =
      Map.of(
          "info/login_success",
          List.of("Logged in", "You can close this page and return to your terminal."),
          "error/login",
          List.of("Not logged in", "The terminal says why. You can close this page."),
          "error/login/auth",
          List.of("Not logged in", "The terminal says why. You can close this page."),
          "error/login/callback",
          List.of(
              "Not logged in",
              "This login is unknown here, already used or too old. Start it again, in one browser"
                  + " and within three minutes."));

  private final String message;
  private final byte[] page;
  private final byte[] invite;
  private final byte[] recovery;
  private final Map<String, byte[]> files;

  PageFiles() {
    this.page = read("page.html");
    this.invite = read("invite.html");
    this.recovery = read("recover.html");
    this.message = new String(read("message.html"), StandardCharsets.UTF_8);
    Map<String, byte[]> read = new TreeMap<>();
    TYPES.keySet().forEach(name -> read.put(name, read(name)));
    this.files = read;
  }

  WebResponse page() {
    return html(page);
  }

  WebResponse invite() {
    return html(invite);
  }

  WebResponse recovery() {
    return html(recovery);
  }

  private static WebResponse html(byte[] bytes) {
    return new WebResponse(200, "text/html; charset=utf-8", HEADERS, bytes);
  }

  /** A file by its name; empty when there is none of this name. */
  Optional<WebResponse> file(String name) {
    return Optional.ofNullable(files.get(name))
        .map(bytes -> new WebResponse(200, TYPES.getOrDefault(name, ""), HEADERS, bytes));
  }

  /** What a browser shows at the end of a login for a program; by the last part of the path. */
  Optional<WebResponse> message(String name) {
    return Optional.ofNullable(MESSAGES.get(name))
        .map(text ->
            new WebResponse(
                name.startsWith("info/") ? 200 : 400,
                "text/html; charset=utf-8",
                HEADERS,
                message
                    .replace("TITLE", text.getFirst())
                    .replace("TEXT", text.getLast())
                    .getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] read(String name) {
    try (InputStream in = PageFiles.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the program lacks its file " + name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + name, e);
    }
  }
}
