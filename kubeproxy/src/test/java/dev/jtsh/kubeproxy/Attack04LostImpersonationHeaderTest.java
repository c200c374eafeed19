// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Security rule 4 on the local hop: the outgoing block is built from a list. */
class Attack04LostImpersonationHeaderTest {
  private static final FrontCertificate CLIENT = new FrontCertificate("prod", Instant.MAX);

  private static List<String> passed(String... namesAndValues) {
    DefaultHttpRequest request =
        new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/api");
    request.headers().add("Host", "127.0.0.1:1");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      request.headers().add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return text(RequestFilter.http1(request, CLIENT));
  }

  private static List<String> text(RequestHead head) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < head.fields().size(); i++) {
      lines.add(head.fields().name(i) + ": " + head.fields().value(i));
    }
    return lines;
  }

  @Test
  void connectionHeaderCannotRemoveTheImpersonation() {
    assertThat(
            passed(
                "Connection", "Impersonate-User, Impersonate-Group",
                "Impersonate-User", "bob",
                "Impersonate-Group", "a",
                "Impersonate-Group", "b"))
        .containsExactly("impersonate-user: bob", "impersonate-group: a", "impersonate-group: b");
  }

  @Test
  void whatTheClientMayNotSayDoesNotPass() {
    assertThat(
            passed(
                "Authorization", "Bearer x",
                "Cookie", "a=b",
                "Teleport-Impersonate-User", "root",
                "TELEPORT-IMPERSONATE-IP", "1.2.3.4:5",
                "X-Forwarded-For", "1.2.3.4",
                "X-Forwarded-Host", "evil",
                "X-Remote-User", "root",
                "X-Remote-Group", "system:masters",
                "Proxy-Authorization", "x",
                "Proxy-Connection", "keep-alive",
                "Keep-Alive", "1",
                "TE", "trailers",
                "Trailer", "Impersonate-User",
                "Forwarded", "for=x",
                "Impersonate_User", "root",
                "User-Agent", "kubectl"))
        .containsExactly("user-agent: kubectl");
  }

  @Test
  void doubtfulImpersonationIsRefusedAndNotDropped() {
    assertThatThrownBy(() -> passed("Impersonate-User", "bob", "impersonate-user", "eve"))
        .isInstanceOf(BadMessageException.class);
    assertThatThrownBy(() -> passed("Impersonate-Extra-acme.com%2Fx", "1"))
        .isInstanceOf(BadMessageException.class);
    assertThat(passed("Impersonate-Extra-Scopes", "view"))
        .containsExactly("impersonate-extra-scopes: view");
  }

  @Test
  void http2RequestIsFilteredInTheSameWay() {
    Http2Headers headers =
        new DefaultHttp2Headers(false)
            .method("GET")
            .path("/api")
            .scheme("https")
            .authority("127.0.0.1:1");
    headers.add("teleport-impersonate-user", "root");
    headers.add("authorization", "Bearer x");
    headers.add("impersonate-user", "bob");

    assertThat(text(RequestFilter.http2(headers, true, CLIENT)))
        .containsExactly("impersonate-user: bob");
  }

  @Test
  void lineEndInAnHttp2ValueIsRefused() {
    for (String value : List.of("a\r\nimpersonate-user: root", "a\nb", "a\0b")) {
      Http2Headers headers =
          new DefaultHttp2Headers(false).method("GET").path("/api").scheme("https");
      headers.add("user-agent", value);

      assertThatThrownBy(() -> RequestFilter.http2(headers, true, CLIENT))
          .isInstanceOf(BadMessageException.class);
    }
  }

  @Test
  void browserTokenInTheWebSocketProtocolIsTakenOut() {
    assertThat(
            passed(
                "Sec-WebSocket-Protocol",
                "v4.channel.k8s.io, base64url.bearer.authorization.k8s.io.c2VjcmV0"))
        .containsExactly("sec-websocket-protocol: v4.channel.k8s.io");
  }
}
