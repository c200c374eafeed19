// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  private static MemorySegment bytes(String text) {
    return bytes(text.getBytes(StandardCharsets.UTF_8));
  }

  private static MemorySegment bytes(byte... all) {
    return Arena.ofAuto().allocateFrom(ValueLayout.JAVA_BYTE, all);
  }

  @Test
  void rightPasswordIsAcceptedAndWrongOnesAreNot() {
    String hash = PasswordHash.hash(bytes("correct horse"), new SecureRandom());

    assertThat(hash)
        .startsWith("$pbkdf2-sha256-argon2id$v=19$i=4096,m=19456,t=2,p=1$")
        .doesNotContain("horse");
    assertThat(PasswordHash.verify(bytes("correct horse"), hash)).isTrue();
    assertThat(PasswordHash.verify(bytes("correct horse "), hash)).isFalse();
    assertThat(PasswordHash.verify(bytes(), hash)).isFalse();
    assertThat(PasswordHash.verify(bytes(new byte[100_000]), hash)).isFalse();
  }

  @Test
  void samePasswordHashesDifferentlyEachTime() {
    SecureRandom random = new SecureRandom();
    assertThat(PasswordHash.hash(bytes("a"), random))
        .isNotEqualTo(PasswordHash.hash(bytes("a"), random));
  }

  /** A hash made with Python's hashlib and the reference implementation of Argon2. */
  @Test
  void hashMadeByOthersIsUnderstood() {
    String hash =
        "$pbkdf2-sha256-argon2id$v=19$i=1000,m=1024,t=2,p=1$c29tZXNhbHRzb21lc2FsdA"
            + "$Rz5SzIU46QcL3YXJqL10CbsaFnp9fFoi9q4hmkRK5NM";
    assertThat(PasswordHash.verify(bytes("password"), hash)).isTrue();
    assertThat(PasswordHash.verify(bytes("Password"), hash)).isFalse();
  }

  @Test
  void everyAnswerCostsOneRun() {
    String hash = PasswordHash.hash(bytes("correct horse"), new SecureRandom());
    for (byte[] password : new byte[][] {{}, {1}, new byte[600]}) {
      long before = PasswordHash.runs();
      assertThat(PasswordHash.verify(bytes(password), hash)).isFalse();
      assertThat(PasswordHash.verifyNobody(bytes(password))).isFalse();
      assertThat(PasswordHash.runs()).isEqualTo(before + 2);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "password",
        "i=1000,m=999999,t=2,p=1",
        "i=999999,m=1024,t=2,p=1",
        "i=0,m=1024,t=2,p=1",
        "i=1000,m=1024,t=99,p=1",
        "i=1000,m=1024,t=2,p=9",
        "i=1000,m=1024,t=0,p=1",
        "m=1024,t=2,p=1"
      })
  void hashesThatWouldCostTooMuchOrAreOfAnotherFormAreRefused(String costs) {
    String hash =
        "$pbkdf2-sha256-argon2id$v=19$"
            + costs
            + "$c29tZXNhbHRzb21lc2FsdA$Rz5SzIU46QcL3YXJqL10CbsaFnp9fFoi9q4hmkRK5NM";
    assertThatThrownBy(() -> PasswordHash.verify(bytes("password"), hash))
        .isInstanceOf(PkiException.class);
  }

  @Test
  void nobodyHasNoPassword() {
    assertThat(PasswordHash.verifyNobody(bytes("password"))).isFalse();
  }

  @Test
  void emptyAndHugePasswordsAreNotHashed() {
    assertThatThrownBy(() -> PasswordHash.hash(bytes(), new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PasswordHash.hash(bytes(new byte[513]), new SecureRandom()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
