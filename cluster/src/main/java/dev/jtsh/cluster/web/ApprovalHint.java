// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.web;

import dev.jtsh.cluster.proxy.WebResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What a browser sees at the link of a headless request: how to approve it with jtsh. It holds no
 * facts of the request, for whoever has the link may open it.
 */
final class ApprovalHint {
  private ApprovalHint() {}

  /**
   * The page.
   *
   * @param proxy {@code host:port}
   * @param id a UUID, checked before
   */
  static WebResponse page(String proxy, String id) {
    return new WebResponse(
        200,
        "text/html; charset=utf-8",
        Map.of(
            "Content-Security-Policy",
            List.of("default-src 'none'; frame-ancestors 'none'; base-uri 'none'")),
        html(escaped(proxy), escaped(id)).getBytes(StandardCharsets.UTF_8));
  }

  private static String html(String proxy, String id) {
    return """
    <!doctype html>
    <html lang="en">
    <head><meta charset="utf-8"><title>Headless request</title>
    <meta name="viewport" content="width=device-width"></head>
    <body>
    <h1>A headless login waits for you</h1>
    <p>Did you start it? Then, on a machine where you are logged in, run</p>
    <pre>jtsh headless approve --proxy=%s %s</pre>
    <p>It shows what is asked for before you decide. If you did not start it, do nothing: the
    request ends by itself after three minutes.</p>
    </body>
    </html>
    """
        .formatted(proxy, id);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
