// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes the answer's header block for the client: without what concerns one connection only. */
final class ResponseFilter {
  private static final Set<AsciiString> OF_THE_CONNECTION =
      Set.of(
          AsciiString.cached("alt-svc"),
          AsciiString.cached("connection"),
          AsciiString.cached("content-length"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("proxy-authenticate"),
          AsciiString.cached("proxy-connection"),
          AsciiString.cached("te"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"));

  private ResponseFilter() {}

  /**
   * Reads an HTTP/1.1 answer.
   *
   * @throws BadMessageException if it cannot be passed on
   */
  static ResponseHead http1(HttpResponse response, HttpMethod method) {
    HttpHeaders headers = response.headers();
    Set<AsciiString> dropped = OF_THE_CONNECTION;
    for (String connection : headers.getAll(HttpHeaderNames.CONNECTION)) {
      for (String token : connection.split(",", -1)) {
        AsciiString name = new AsciiString(token.strip().toLowerCase(Locale.ROOT));
        if (!name.isEmpty() && !dropped.contains(name)) {
          dropped = new HashSet<>(dropped);
          dropped.add(name);
        }
      }
    }
    Fields fields = new Fields();
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      pass(fields, field.getKey(), field.getValue(), dropped);
    }
    String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    return head(response.status().code(), fields, length, method);
  }

  /**
   * Reads an HTTP/2 answer.
   *
   * @throws BadMessageException if it cannot be passed on
   */
  static ResponseHead http2(int status, Http2Headers headers, HttpMethod method) {
    Fields fields = new Fields();
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      if (!field.getKey().isEmpty() && field.getKey().charAt(0) != ':') {
        pass(fields, field.getKey(), field.getValue(), OF_THE_CONNECTION);
      }
    }
    return head(status, fields, headers.get(HttpHeaderNames.CONTENT_LENGTH), method);
  }

  /** Trailers of either protocol. */
  static Fields trailers(Iterator<Map.Entry<CharSequence, CharSequence>> all) {
    Fields fields = new Fields();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      pass(fields, field.getKey(), field.getValue(), OF_THE_CONNECTION);
    }
    return fields;
  }

  private static ResponseHead head(
      int status, Fields fields, @Nullable CharSequence length, HttpMethod method) {
    boolean bodiless = method.equals(HttpMethod.HEAD) || status == 204 || status == 304;
    try {
      return new ResponseHead(
          status, fields, length == null ? -1 : Long.parseLong(length.toString()), bodiless);
    } catch (NumberFormatException e) {
      throw new BadMessageException("the length of the body is not a number");
    }
  }

  private static void pass(
      Fields fields, CharSequence name, CharSequence value, Set<AsciiString> dropped) {
    AsciiString lower = AsciiString.of(name).toLowerCase();
    if (dropped.contains(lower)) {
      return;
    }
    for (int i = 0; i < lower.length(); i++) {
      char c = lower.charAt(i);
      if (c <= 0x20 || c >= 0x7f || c == ':') {
        throw new BadMessageException("a header field with a malformed name");
      }
    }
    fields.add(lower, value);
  }
}
