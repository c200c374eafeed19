// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Security rule 4: the last handler holds back what lost its identity on the way. */
class ImpersonationGuardTest {
  private final EmbeddedChannel channel =
      new EmbeddedChannel(
          new ImpersonationGuard(
              new Impersonation("dev", List.of("devs", "system:authenticated"))));

  private boolean passes(String... headers) {
    var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().add(headers[i], headers[i + 1]);
    }
    return passes(channel, request);
  }

  private static boolean passes(EmbeddedChannel channel, Object message) {
    var written = channel.writeOneOutbound(message);
    channel.flush();
    return written.isSuccess();
  }

  @Test
  void exactIdentityPasses() {
    assertThat(
            passes(
                "Impersonate-User", "dev",
                "Impersonate-Group", "system:authenticated",
                "Impersonate-Group", "devs"))
        .isTrue();
    assertThat(channel.isOpen()).isTrue();
    channel.finishAndReleaseAll();
  }

  @Test
  void requestWithoutAUserIsHeldBackAndTheConnectionEnds() {
    assertThat(passes("Impersonate-Group", "devs")).isFalse();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void everyOtherIdentityIsHeldBack() {
    String[][] wrong = {
      {},
      {"Impersonate-User", ""},
      {"Impersonate-User", "admin"},
      {"Impersonate-User", "dev"},
      {"Impersonate-User", "dev", "Impersonate-Group", "devs"},
      {"Impersonate-User", "dev", "Impersonate-User", "dev", "Impersonate-Group", "devs"},
      {
        "Impersonate-User",
        "dev",
        "Impersonate-Group",
        "devs",
        "Impersonate-Group",
        "system:authenticated",
        "Impersonate-Group",
        "system:masters"
      },
      {
        "Impersonate-User",
        "dev",
        "Impersonate-Group",
        "devs",
        "Impersonate-Group",
        "system:authenticated",
        "Impersonate-Uid",
        "0"
      },
      {
        "Impersonate-User",
        "dev",
        "Impersonate-Group",
        "devs",
        "Impersonate-Group",
        "system:authenticated",
        "Impersonate_User",
        "admin"
      },
      {
        "Impersonate-User",
        "dev",
        "Impersonate-Group",
        "devs",
        "Impersonate-Group",
        "system:authenticated",
        "Connection",
        "Impersonate-User"
      },
    };
    for (String[] headers : wrong) {
      var each =
          new EmbeddedChannel(
              new ImpersonationGuard(
                  new Impersonation("dev", List.of("devs", "system:authenticated"))));
      var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
      for (int i = 0; i < headers.length; i += 2) {
        request.headers().add(headers[i], headers[i + 1]);
      }
      assertThat(passes(each, request)).as(String.join(" ", headers)).isFalse();
      each.finishAndReleaseAll();
    }
    channel.finishAndReleaseAll();
  }

  @Test
  void http2HeadersAreReadTheSameWayAndOnlyOnce() {
    var headers = new DefaultHttp2Headers();
    headers.add("impersonate-user", "dev");
    headers.add("impersonate-group", "devs");
    headers.add("impersonate-group", "system:authenticated");
    assertThat(passes(channel, new DefaultHttp2HeadersFrame(headers))).isTrue();
    assertThat(passes(channel, new DefaultHttp2HeadersFrame(headers))).isFalse();
    channel.finishAndReleaseAll();
  }
}
