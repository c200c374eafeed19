// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import dev.jtsh.protocol.kube.BadKubeRequestException;
import dev.jtsh.protocol.kube.KubeRequest;
import dev.jtsh.protocol.kube.UpgradeTargets;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the header block for the cluster out of a client's request: from a list of what may pass,
 * never by deleting (security rule 4). A {@code Connection} header therefore removes nothing, and
 * credentials, cookies, forwarding and {@code Teleport-*} headers have no way through. The user's
 * own impersonation passes, because it is the cluster that decides on it; where it cannot be passed
 * exactly as meant, the request is refused, for without it the request would be allowed more.
 */
final class RequestFilter {
  private static final int MAX_PATH_CHARS = 32 * 1024;
  private static final AsciiString IMPERSONATE = AsciiString.cached("impersonate-");
  private static final AsciiString IMPERSONATE_USER = AsciiString.cached("impersonate-user");
  private static final AsciiString WEBSOCKET_PROTOCOL =
      AsciiString.cached("sec-websocket-protocol");

  /** How browsers hand a token to Kubernetes; a credential like {@code Authorization}. */
  private static final String WEBSOCKET_TOKEN = "base64url.bearer.authorization.k8s.io.";

  private static final Map<AsciiString, AsciiString> ALLOWED = allowed();

  private RequestFilter() {}

  private static Map<AsciiString, AsciiString> allowed() {
    Map<AsciiString, AsciiString> names = new HashMap<>();
    for (String name :
        List.of(
            "accept",
            "accept-encoding",
            "accept-language",
            "audit-id",
            "baggage",
            "cache-control",
            "content-encoding",
            "content-language",
            "content-md5",
            "content-type",
            "if-match",
            "if-modified-since",
            "if-none-match",
            "if-range",
            "if-unmodified-since",
            "impersonate-group",
            "impersonate-uid",
            "impersonate-user",
            "kubectl-command",
            "kubectl-session",
            "last-event-id",
            "origin",
            "pragma",
            "prefer",
            "range",
            "sec-websocket-extensions",
            "sec-websocket-key",
            "sec-websocket-protocol",
            "sec-websocket-version",
            "traceparent",
            "tracestate",
            "user-agent",
            "x-request-id",
            "x-requested-with",
            "x-stream-protocol-version")) {
      AsciiString cached = AsciiString.cached(name);
      names.put(cached, cached);
    }
    return Map.copyOf(names);
  }

  /**
   * Reads an HTTP/1.1 request.
   *
   * @param client who sent it
   * @throws BadMessageException if it is not one that may be passed on
   */
  static RequestHead http1(HttpRequest request, FrontCertificate client) {
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      throw new BadMessageException("only HTTP/1.1 and HTTP/2 are spoken here");
    }
    HttpHeaders headers = request.headers();
    if (headers.getAll(HttpHeaderNames.HOST).size() != 1) {
      throw new BadMessageException("a request needs exactly one Host header");
    }
    List<String> encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    List<String> lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    if (encodings.size() > 1
        || lengths.size() > 1
        || (!encodings.isEmpty() && !lengths.isEmpty())
        || (!encodings.isEmpty() && !encodings.getFirst().equalsIgnoreCase("chunked"))) {
      throw new BadMessageException("the length of the body is ambiguous");
    }
    long length = lengths.isEmpty() ? (encodings.isEmpty() ? 0 : -1) : length(lengths.getFirst());
    String path = client.withoutPrefix(path(request.uri()));
    String upgrade = upgrade(headers);
    if (upgrade != null) {
      requireUpgradable(request.method().name(), path, length);
    }
    Fields fields = new Fields();
    Iterator<Map.Entry<CharSequence, CharSequence>> all = headers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      pass(fields, field.getKey(), field.getValue());
    }
    return new RequestHead(
        method(request.method().name()),
        path,
        fields,
        length != 0,
        length,
        length != 0
            && headers.containsValue(
                HttpHeaderNames.EXPECT, "100-continue", /* ignoreCase= */ true),
        upgrade);
  }

  /**
   * Reads an HTTP/2 request.
   *
   * @param client who sent it
   * @throws BadMessageException if it is not one that may be passed on
   */
  static RequestHead http2(Http2Headers headers, boolean endOfStream, FrontCertificate client) {
    if (headers.method() == null || headers.path() == null || headers.scheme() == null) {
      throw new BadMessageException("a pseudo-header is missing");
    }
    CharSequence length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
    Fields fields = new Fields();
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      if (!field.getKey().isEmpty() && field.getKey().charAt(0) != ':') {
        pass(fields, field.getKey(), field.getValue());
      }
    }
    CharSequence expect = headers.get(HttpHeaderNames.EXPECT);
    return new RequestHead(
        method(headers.method().toString()),
        client.withoutPrefix(path(headers.path().toString())),
        fields,
        !endOfStream,
        endOfStream ? 0 : (length == null ? -1 : length(length.toString())),
        !endOfStream
            && expect != null
            && AsciiString.contentEqualsIgnoreCase(expect, "100-continue"),
        null);
  }

  private static void pass(Fields fields, CharSequence name, CharSequence value) {
    AsciiString lower = AsciiString.of(name).toLowerCase();
    AsciiString known = ALLOWED.get(lower);
    if (known == null) {
      if (lower.startsWith(IMPERSONATE)) {
        passExtra(fields, lower, value);
      }
      return;
    }
    if (known.equals(IMPERSONATE_USER) && fields.get(IMPERSONATE_USER) != null) {
      throw new BadMessageException("Impersonate-User is there more than once");
    }
    if (known.equals(WEBSOCKET_PROTOCOL)) {
      String protocols = withoutToken(value.toString());
      if (!protocols.isEmpty()) {
        fields.add(known, protocols);
      }
      return;
    }
    fields.add(known, value);
  }

  private static void passExtra(Fields fields, AsciiString name, CharSequence value) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
        throw new BadMessageException("an impersonation header with a name that cannot be passed");
      }
    }
    fields.add(name, value);
  }

  private static String withoutToken(String protocols) {
    StringBuilder kept = new StringBuilder();
    for (String protocol : protocols.split(",", -1)) {
      if (!protocol.strip().startsWith(WEBSOCKET_TOKEN)) {
        kept.append(kept.isEmpty() ? "" : ", ").append(protocol.strip());
      }
    }
    return kept.toString();
  }

  private static HttpMethod method(String name) {
    return switch (name) {
      case "GET" -> HttpMethod.GET;
      case "HEAD" -> HttpMethod.HEAD;
      case "POST" -> HttpMethod.POST;
      case "PUT" -> HttpMethod.PUT;
      case "PATCH" -> HttpMethod.PATCH;
      case "DELETE" -> HttpMethod.DELETE;
      case "OPTIONS" -> HttpMethod.OPTIONS;
      default -> throw new BadMessageException("a method that Kubernetes does not know");
    };
  }

  private static String path(String path) {
    if (path.isEmpty() || path.charAt(0) != '/' || path.length() > MAX_PATH_CHARS) {
      throw new BadMessageException("the request target is not a path");
    }
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c <= 0x20 || c >= 0x7f || c == '#' || c == '\\') {
        throw new BadMessageException("the path has characters that must be encoded");
      }
    }
    return path;
  }

  private static long length(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw new BadMessageException("the length of the body is not a number");
    }
    return Long.parseLong(text);
  }

  /** The protocol to switch to; null if none is asked for that is ever passed on. */
  private static @Nullable String upgrade(HttpHeaders headers) {
    if (!headers.containsValue(
        HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, /* ignoreCase= */ true)) {
      return null;
    }
    List<String> asked = headers.getAll(HttpHeaderNames.UPGRADE);
    if (asked.size() != 1) {
      throw new BadMessageException("exactly one protocol can be switched to");
    }
    String protocol = asked.getFirst();
    return switch (protocol.toLowerCase(Locale.ROOT)) {
      case "websocket", "spdy/3.1" -> protocol;
      default -> throw new BadMessageException("a protocol that is not switched to");
    };
  }

  /** Only what streams by its nature may switch protocols (security rule 5). */
  private static void requireUpgradable(String method, String path, long length) {
    try {
      KubeRequest asked = KubeRequest.parse(method, path);
      if (length == 0 && UpgradeTargets.mayUpgrade(asked)) {
        return;
      }
    } catch (BadKubeRequestException e) {
      // Falls through: what cannot be read cannot be switched.
    }
    throw new BadMessageException("protocols are not switched for this request");
  }
}
