// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web.page;

import dev.jtsh.cluster.proxy.WebResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
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
          "icon.svg", "image/svg+xml");

  private final byte[] page;
  private final Map<String, byte[]> files;

  PageFiles() {
    this.page = read("page.html");
    Map<String, byte[]> read = new TreeMap<>();
    TYPES.keySet().forEach(name -> read.put(name, read(name)));
    this.files = read;
  }

  WebResponse page() {
    return new WebResponse(200, "text/html; charset=utf-8", HEADERS, page);
  }

  /** A file by its name; empty when there is none of this name. */
  Optional<WebResponse> file(String name) {
    return Optional.ofNullable(files.get(name))
        .map(bytes -> new WebResponse(200, TYPES.getOrDefault(name, ""), HEADERS, bytes));
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
