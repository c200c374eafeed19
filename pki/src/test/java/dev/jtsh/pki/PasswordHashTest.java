// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void rightPasswordIsAcceptedAndWrongOnesAreNot() {
    String hash = PasswordHash.hash(bytes("correct horse"), new SecureRandom());

    assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$").doesNotContain("horse");
    assertThat(PasswordHash.verify(bytes("correct horse"), hash)).isTrue();
    assertThat(PasswordHash.verify(bytes("correct horse "), hash)).isFalse();
    assertThat(PasswordHash.verify(new byte[0], hash)).isFalse();
    assertThat(PasswordHash.verify(new byte[100_000], hash)).isFalse();
  }

  @Test
  void samePasswordHashesDifferentlyEachTime() {
    SecureRandom random = new SecureRandom();
    assertThat(PasswordHash.hash(bytes("a"), random))
        .isNotEqualTo(PasswordHash.hash(bytes("a"), random));
  }

  /** A hash made by the reference implementation of Argon2. */
  @Test
  void hashOfTheReferenceImplementationIsUnderstood() {
    String hash =
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    assertThat(PasswordHash.verify(bytes("password"), hash)).isTrue();
    assertThat(PasswordHash.verify(bytes("Password"), hash)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "password",
        "$argon2id$v=19$m=999999,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=99,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=2,p=9$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2id$v=19$m=65536,t=0,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
      })
  void hashesThatWouldCostTooMuchOrAreOfAnotherFormAreRefused(String hash) {
    assertThatThrownBy(() -> PasswordHash.verify(bytes("password"), hash))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void nobodyHasNoPassword() {
    assertThat(PasswordHash.verifyNobody(bytes("password"))).isFalse();
  }

  @Test
  void emptyAndHugePasswordsAreNotHashed() {
    assertThatThrownBy(() -> PasswordHash.hash(new byte[0], new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PasswordHash.hash(new byte[513], new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
