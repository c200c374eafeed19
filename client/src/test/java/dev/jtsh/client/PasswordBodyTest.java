// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.Password;
import java.lang.foreign.MemorySegment;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordBodyTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "correct horse battery",
        "quote\" and \\ and /",
        "tab\t null\0 bell\u0007 escape\u001b delete\u007f",
        "häßlich 密码 \uD83D\uDD11",
        "\\u0001password\\u0001"
      })
  void theServerReadsThePasswordAsItWasTyped(String text) {
    try (SecretBuffer password = arena(text);
        PasswordBody body = PasswordBody.of(request("alice"), password)) {
      byte[] json = bytes(body.content());
      MfaLoginBeginRequest read = WireJson.read(json, MfaLoginBeginRequest.class);
      assertThat(new String(read.pass().copy())).isEqualTo(text);
      assertThat(read.user()).isEqualTo("alice");
    }
  }

  @Test
  void itIsWhatTheServerGotBefore() {
    try (SecretBuffer password = arena("correct horse");
        PasswordBody body = PasswordBody.of(request("alice"), password)) {
      Password heap = Password.copyOf("correct horse".toCharArray());
      assertThat(bytes(body.content()))
          .isEqualTo(WireJson.write(new MfaLoginBeginRequest("alice", heap, false)));
    }
  }

  @Test
  void aNameThatLooksLikeThePlaceIsRefused() {
    try (SecretBuffer password = arena("x")) {
      assertThatThrownBy(() -> PasswordBody.of(request("\u0001password\u0001"), password))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void itIsSentWholeOutOfTheArenaAndWipedOnClose() {
    long before = SecretArena.process().used();
    ByteBuffer sent;
    try (SecretBuffer password = arena("correct horse")) {
      PasswordBody body = PasswordBody.of(request("alice"), password);
      assertThat(body.content().isDirect()).isTrue();
      var received = BodySubscribers.ofByteArray();
      body.publisher().subscribe(new OneByOne(received));
      byte[] all = received.getBody().toCompletableFuture().join();
      assertThat(all)
          .isEqualTo(bytes(body.content()))
          .hasSize((int) body.publisher().contentLength());
      sent = body.content();
      body.close();
    }
    assertThatThrownBy(() -> sent.get(0)).isInstanceOf(IllegalStateException.class);
    assertThat((long) SecretArena.process().used()).isEqualTo(before);
  }

  /** A body's publisher gives buffers, the library's subscribers take lists of them. */
  private record OneByOne(Flow.Subscriber<List<ByteBuffer>> to)
      implements Flow.Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      to.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer item) {
      to.onNext(List.of(item));
    }

    @Override
    public void onError(Throwable failure) {
      to.onError(failure);
    }

    @Override
    public void onComplete() {
      to.onComplete();
    }
  }

  private static MfaLoginBeginRequest request(String user) {
    return new MfaLoginBeginRequest(user, PasswordBody.PLACEHOLDER, false);
  }

  private static SecretBuffer arena(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    SecretBuffer buffer = SecretArena.process().allocate(bytes.length);
    buffer.segment().copyFrom(MemorySegment.ofArray(bytes));
    return buffer;
  }

  private static byte[] bytes(ByteBuffer content) {
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    return bytes;
  }
}
