// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.json;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.web.MfaLoginBeginRequest;
import dev.jtsh.protocol.web.Password;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordCutTest {
  /** All rooms that were handed out, to see whether they were wiped. */
  private final List<MemorySegment> rooms = new ArrayList<>();

  private Password room(int bytes) {
    MemorySegment memory = Arena.ofAuto().allocate(bytes);
    rooms.add(memory);
    return Password.in(memory, () -> {});
  }

  private MfaLoginBeginRequest read(byte[] document) {
    return WireJson.read(ByteBuffer.wrap(document), MfaLoginBeginRequest.class, this::room);
  }

  private MfaLoginBeginRequest read(String document) {
    return read(document.getBytes(UTF_8));
  }

  private static String text(Password password) {
    return new String(password.utf8().toArray(ValueLayout.JAVA_BYTE), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"user\":\"u\",\"pass\":\"correct horse\"}",
        "{\"pass\":\"correct horse\",\"user\":\"u\"}",
        " {\n\"x\" : {\"pass\":[1,{}]} , \"PASS\"\t: \"correct horse\" ,\"user\":\"u\"\r\n} ",
        "{\"x\":[true,-1.5E+3,null,\"]}\\\"\"],\"pass\":\"corr\\u0065ct\\u0020horse\",\"user\":\"u\"}"
      })
  void passwordIsReadWhereverItStands(String document) {
    MfaLoginBeginRequest request = read(document);

    assertThat(request.user()).isEqualTo("u");
    assertThat(text(request.pass())).isEqualTo("correct horse");
  }

  @Test
  void everyCharacterComesThrough() {
    String wanted = "\"\\/\b\f\n\r\t ü€😀x";
    String escaped = "\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0020\\u00fc\\u20AC\\ud83d\\uDE00x";

    assertThat(text(read("{\"pass\":\"" + escaped + "\"}").pass())).isEqualTo(wanted);
    assertThat(text(read("{\"pass\":\" ü€😀x\"}").pass())).isEqualTo(" ü€😀x");
  }

  @Test
  void absentNullAndEmptyPasswordsAreNone() {
    for (String document :
        List.of("{}", "{\"pass\":null}", "{\"pass\":\"\"}", "{\"user\":\"u\"}")) {
      assertThat(read(document).pass().isEmpty()).as(document).isTrue();
    }
    assertThat(rooms).isEmpty();
  }

  @Test
  void tooLongPasswordsAreKeptAsTooLong() {
    assertThat(read("{\"pass\":\"" + "x".repeat(100_000) + "\"}").pass().utf8().byteSize())
        .isEqualTo(Password.MAX_BYTES + 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "\"pass\"",
        "{\"pass\":\"correct horse",
        "{\"pass\":\"correct horse\"",
        "{\"pass\":\"correct horse\",\"pass\":\"correct horse\"}",
        "{\"pass\":\"correct horse\",\"Pass\":\"correct horse\"}",
        "{\"pass\":\"correct horse\",\"password\":\"correct horse\"}",
        "{\"p\\u0061ss\":\"correct horse\"}",
        "{\"pass\":[\"correct horse\"]}",
        "{\"pass\":7}",
        "{\"pass\":\"\\ud83d\"}",
        "{\"pass\":\"\\ude00\\ud83d\"}",
        "{\"pass\":\"\\u12\"}",
        "{\"pass\":\"\\x\"}",
        "{\"pass\":\"line\nbreak\"}",
        "{\"pass\":\"correct horse\"} {}",
        "{\"pass\":\"correct horse\",\"user\":[]}",
        "{\"user\":]",
        "{\"user\":,}",
        "{\"user\"}"
      })
  void whatIsAmbiguousOrBrokenIsRefusedAndItsPasswordWiped(String document) {
    assertThatThrownBy(() -> read(document))
        .isInstanceOf(WireException.class)
        .hasMessageNotContaining("horse");
    assertThat(rooms)
        .allSatisfy(room -> assertThat(room.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0));
  }

  @Test
  void anotherEncodingIsRefusedUnread() {
    byte[] wide = "{\"pass\":\"correct horse\"}".getBytes(UTF_16LE);
    assertThatThrownBy(() -> read(wide)).isInstanceOf(WireException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ba", "c3 22", "c0 af", "e0 80 af", "ed a0 80", "f4 90 80 80", "f8 88"})
  void bytesThatAreNoCharacterAreRefused(String hex) {
    byte[] wrong = HexFormat.ofDelimiter(" ").parseHex(hex);
    byte[] start = "{\"pass\":\"x".getBytes(UTF_8);
    byte[] end = "y\"}".getBytes(UTF_8);
    ByteBuffer document = ByteBuffer.allocate(start.length + wrong.length + end.length);
    document.put(start).put(wrong).put(end);

    assertThatThrownBy(() -> read(document.array())).isInstanceOf(WireException.class);
    assertThat(rooms).isEmpty();
  }

  @Test
  void passwordNobodyAskedForIsWiped() {
    assertThat(read("{\"user\":\"u\",\"password\":\"correct horse\"}").pass().isEmpty()).isTrue();
    assertThat(rooms)
        .singleElement()
        .satisfies(room -> assertThat(room.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0));
  }
}
