// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jtsh.tests.fixtures.TestPki;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that two readers could take for different ones. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class Attack29HostileClusterIT {
  private static final String REQUEST = "GET /version HTTP/1.1\r\nHost: x\r\n\r\n";
  private TestPki pki;

  @BeforeEach
  void makeKeys() {
    pki = new TestPki();
  }

  @AfterEach
  void dropKeys() {
    pki.close();
  }

  /** Gives the same bytes for whatever it is sent. */
  private FakeCluster answering(String bytes) {
    return new FakeCluster(pki, List.of("http/1.1"), channel -> serve(channel, bytes));
  }

  private static void serve(Channel channel, String bytes) {
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void channelRead(ChannelHandlerContext ctx, Object message) {
                ReferenceCountUtil.release(message);
                ByteBuf answer = Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1);
                ctx.writeAndFlush(answer);
              }
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK|Content-Length: 2|Transfer-Encoding: chunked||0||",
        "HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 2||ab",
        "HTTP/1.1 200 OK|Content-Length: -2||ab",
        "HTTP/1.1 200 OK|Content-Length: 2|X-Fold: a| b||ab",
        "HTTP/1.1 200 OK|Content-Length: 2|X-Nul: a\0b||ab",
        "HTTP/1.1 200 OK\nContent-Length: 2\n\nab",
        "nonsense||",
      })
  void ambiguousAnswerIsNotPassedOn(String answer) throws Exception {
    try (FakeCluster cluster = answering(answer.replace("|", "\r\n"));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(REQUEST);

      assertThat(client.head()).startsWith("HTTP/1.1 502 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // A second answer nobody asked for: the next request must not be given it.
        "HTTP/1.1 200 OK|Content-Length: 2||abHTTP/1.1 200 OK|Content-Length: 6||poison",
        "HTTP/1.1 200 OK|Content-Length: 2||ab\r\n",
        "HTTP/1.1 200 OK|Transfer-Encoding: chunked||2|ab|0||surplus",
      })
  void connectionThatIsOutOfStepIsNotUsedAgain(String answer) throws Exception {
    try (FakeCluster cluster = answering(answer.replace("|", "\r\n"));
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      for (int i = 0; i < 5; i++) {
        client.send(REQUEST);
        String head = client.head();
        assertThat(head).startsWith("HTTP/1.1 200 ");
        int length = head.contains("chunked") ? "2\r\nab\r\n0\r\n\r\n".length() : 2;
        assertThat(client.bytes(length)).contains("ab").doesNotContain("poison", "surplus");
      }
      assertThat(cluster.accepted).hasValue(5);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zz\r\n", "5\r\nhelloworld\r\n"})
  void badChunkBreaksTheAnswerOff(String chunk) throws Exception {
    String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    try (FakeCluster cluster = answering(head + chunk);
        ProxyUnderTest proxy = new ProxyUnderTest(pki, cluster.dialer());
        RawClient client = new RawClient(proxy)) {
      client.send(REQUEST);

      // No last chunk: the client can tell that it is not whole.
      assertThat(client.rest()).doesNotEndWith("0\r\n\r\n");
    }
  }
}
