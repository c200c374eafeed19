// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraitsTest {
  @Test
  void nullAndListsOfOneEmptyWordMeanEmpty() {
    Traits traits = Traits.parse("{\"logins\":null,\"host_user_uid\":[\"\"],\"a\":[\"b\",\"\"]}");
    assertThat(traits.get("logins")).isEmpty();
    assertThat(traits.get("host_user_uid")).isEmpty();
    assertThat(traits.get("absent")).isEmpty();
    assertThat(traits.get("a")).containsExactly("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "null",
        "{\"a\":null,\"b\":[\"\"],\"c\":[\"x\",\"y\"]}",
        "{\"a\":[\"\\\"\\\\\\n\\u0001\\u003cé\\u2028\"]}"
      })
  void comesOutAsItWentIn(String json) {
    assertThat(Traits.parse(json).toJson()).isEqualTo(json);
  }

  @Test
  void namesAreWrittenSorted() {
    assertThat(Traits.of(Map.of("b", List.of("1"), "a", List.of())).toJson())
        .isEqualTo("{\"a\":null,\"b\":[\"1\"]}");
  }

  @Test
  void spacesAndTheEmptyTextAreRead() {
    assertThat(Traits.parse(" { \"a\" : [ \"b\" , null ] } ").get("a")).containsExactly("b");
    assertThat(Traits.parse("")).isEqualTo(Traits.NONE);
    assertThat(Traits.parse("{}")).isEqualTo(Traits.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "[]",
        "{\"a\":1}",
        "{\"a\":\"b\"}",
        "{\"a\":[1]}",
        "{\"a\":[\"b\"]}x",
        "{\"a\":[\"b]}",
        "{\"a\":[\"\\x\"]}",
        "{\"a\":[\"\\u12\"]}",
        "{\"a\":[[]]}",
        "{\"a\":[\"b\",]}",
        "nul"
      })
  void otherJsonIsRefused(String json) {
    assertThatThrownBy(() -> Traits.parse(json)).isInstanceOf(PkiException.class);
  }

  @Test
  void sizeIsBounded() {
    assertThatThrownBy(() -> Traits.parse("{\"a\":[\"" + "b".repeat(65536) + "\"]}"))
        .isInstanceOf(PkiException.class);
  }
}
