// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.key;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.jtsh.client.SecurityKey.AssertionRequest;
import dev.jtsh.client.SecurityKey.AssertionResult;
import dev.jtsh.client.SecurityKey.RegistrationRequest;
import dev.jtsh.client.SecurityKey.RegistrationResult;
import dev.jtsh.client.SecurityKey.SecurityKeyException;
import dev.jtsh.client.SecurityKey.UserVerification;
import dev.jtsh.nativebindings.FidoDevice;
import dev.jtsh.nativebindings.FidoKeys;
import dev.jtsh.nativebindings.SecretArena;
import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.protocol.text.SafeText;
import dev.jtsh.tests.fixtures.webauthn.SoftwareAuthenticator;
import dev.jtsh.tests.fixtures.webauthn.SoftwareHidKey;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The system's libfido2 with keys in software plugged in below it: each frame that a USB key would
 * get goes through libfido2 and comes back through an upcall.
 */
class HardwareKeysIT {
  private static final String RP = "teleport.example.com";
  private static final String ORIGIN = "https://teleport.example.com:3080";
  private static final ByteString CHALLENGE =
      ByteString.copyFromUtf8("thirty-two bytes of a challenge");
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final int VERIFIED = 0x04;
  private static final int PRESENT = 0x01;

  private final SecureRandom random = new SecureRandom();
  private final Person person = new Person();

  @BeforeAll
  static void libfido2IsInstalled() {
    assertThat(FidoKeys.available()).as("libfido2 is needed: apt-get install libfido2-1").isTrue();
  }

  @Test
  void credentialMadeByOneTouchSignsByAnother() throws Exception {
    SoftwareHidKey key = key().finger(true);
    HardwareKeys keys = keys(key);

    RegistrationResult made = keys.register(registration(UserVerification.DISCOURAGED));
    AssertionResult signed =
        keys.sign(assertion(UserVerification.DISCOURAGED, made.credentialId()));

    assertThat(signed.credentialId()).isEqualTo(made.credentialId());
    assertThat(flags(signed)).isEqualTo(PRESENT);
    assertThat(signed.clientDataJson().toStringUtf8())
        .isEqualTo(
            "{\"type\":\"webauthn.get\",\"challenge\":\"dGhpcnR5LXR3byBieXRlcyBvZiBhIGNoYWxsZW5nZQ\","
                + "\"origin\":\"https://teleport.example.com:3080\",\"crossOrigin\":false}");
    assertThat(verifies(made, signed)).isTrue();
    assertThat(key.touches()).isEqualTo(2);
    assertThat(person.pinsAskedFor).isZero();
  }

  @Test
  void wrongPinIsAskedForAgainAndTheRightOneVerifiesTheUser() throws Exception {
    SoftwareHidKey key = key().withPin("246810").finger(true);
    HardwareKeys keys = keys(key);
    person.willType("246810", "111111", "246810");

    RegistrationResult made = keys.register(registration(UserVerification.REQUIRED));
    AssertionResult signed = keys.sign(assertion(UserVerification.REQUIRED, made.credentialId()));

    assertThat(flags(signed)).isEqualTo(PRESENT | VERIFIED);
    assertThat(verifies(made, signed)).isTrue();
    assertThat(person.pinsAskedFor).isEqualTo(3);
    assertThat(person.heard()).contains("That is not its PIN. Tries left before it is blocked: 7");
  }

  @Test
  void keyThatTakesNoPinUntilPluggedInAgainSaysSo() {
    HardwareKeys keys = keys(key().withPin("246810").finger(true));
    person.willType("1111", "2222", "3333", "246810");

    assertThatThrownBy(() -> keys.sign(assertion(UserVerification.REQUIRED)))
        .isInstanceOf(SecurityKeyException.class)
        .hasMessageContaining("plug it in and try again");
    assertThat(person.pinsAskedFor).isEqualTo(3);
  }

  @Test
  void blockedPinIsNotAskedForAgain() {
    HardwareKeys keys = keys(key().withPin("246810", 1).finger(true));
    person.willType("1111", "246810");

    assertThatThrownBy(() -> keys.sign(assertion(UserVerification.REQUIRED)))
        .isInstanceOf(SecurityKeyException.class)
        .hasMessageContaining("its PIN is blocked");
    assertThat(person.pinsAskedFor).isEqualTo(1);
  }

  @Test
  void noPinTypedSignsNothing() {
    SoftwareHidKey key = key().withPin("246810").finger(true);

    assertThatThrownBy(() -> keys(key).sign(assertion(UserVerification.REQUIRED)))
        .isInstanceOf(SecurityKeyException.class)
        .hasMessage("no PIN was given");
    assertThat(key.touches()).isZero();
  }

  @Test
  void keyWithoutPinIsRefusedWhereTheClusterWantsOne() {
    SoftwareHidKey key = key().finger(true);

    assertThatThrownBy(() -> keys(key).sign(assertion(UserVerification.REQUIRED)))
        .hasMessageContaining("has none: set one first");
    assertThat(key.touches()).isZero();
  }

  @Test
  void ofTwoKeysTheOneWithTheCredentialIsUsedByOneTouch() throws Exception {
    SoftwareHidKey registered = key().finger(true);
    RegistrationResult made = keys(registered).register(registration(UserVerification.DISCOURAGED));
    SoftwareHidKey other = key();

    AssertionResult signed =
        keys(other, registered).sign(assertion(UserVerification.DISCOURAGED, made.credentialId()));

    assertThat(verifies(made, signed)).isTrue();
    assertThat(person.heard()).contains("Test Key is one that you registered: it blinks");
    assertThat(other.touches()).isZero();
    assertThat(registered.touches()).isEqualTo(2);
  }

  @Test
  void ofTwoKeysThatFitTheTouchedOneIsUsedAndTheOtherStopsBlinking() throws Exception {
    SoftwareHidKey first = key().withPin("1357").finger(true);
    SoftwareHidKey second = key().finger(true);
    person.willType("1357");
    RegistrationResult one = keys(first).register(registration(UserVerification.PREFERRED));
    RegistrationResult two = keys(second).register(registration(UserVerification.PREFERRED));
    first.finger(false);

    AssertionResult signed =
        keys(first, second)
            .sign(assertion(UserVerification.PREFERRED, one.credentialId(), two.credentialId()));

    assertThat(verifies(two, signed)).isTrue();
    assertThat(person.heard()).contains("Several security keys are plugged in", "Tap it again");
    assertThat(first.cancels()).isEqualTo(1);
    assertThat(person.pinsAskedFor).isEqualTo(1);
  }

  @Test
  void keyThatIsNotRegisteredSaysSo() {
    assertThatThrownBy(() ->
            keys(key().finger(true))
                .sign(assertion(UserVerification.DISCOURAGED, ByteString.copyFromUtf8("other"))))
        .isInstanceOf(SecurityKeyException.class)
        .hasMessageContaining("not registered");
  }

  @Test
  void keyIsNotRegisteredTwice() throws Exception {
    HardwareKeys keys = keys(key().finger(true));
    RegistrationResult made = keys.register(registration(UserVerification.DISCOURAGED));

    assertThatThrownBy(
            () -> keys.register(registration(UserVerification.DISCOURAGED, made.credentialId())))
        .hasMessage("this key is registered already");
  }

  @Test
  void ofTwoKeysTheOneThatIsNotRegisteredBecomesTheNewOne() throws Exception {
    SoftwareHidKey old = key().finger(true);
    RegistrationResult made = keys(old).register(registration(UserVerification.DISCOURAGED));
    SoftwareHidKey fresh = key().finger(true);

    keys(old, fresh).register(registration(UserVerification.DISCOURAGED, made.credentialId()));

    assertThat(person.heard()).contains("Test Key is not registered yet: it blinks");
    assertThat(old.touches()).isEqualTo(1);
    assertThat(fresh.touches()).isEqualTo(1);
  }

  @Test
  void withOnlyARegisteredKeyThePersonIsAskedToPlugTheNewOneIn() throws Exception {
    SoftwareHidKey old = key().finger(true);
    RegistrationResult made = keys(old).register(registration(UserVerification.DISCOURAGED));
    SoftwareHidKey fresh = key().finger(true);
    List<SoftwareHidKey> plugged = new ArrayList<>(List.of(old));
    var source =
        new KeySource() {
          private int looks;

          @Override
          public boolean available() {
            return FidoKeys.available();
          }

          @Override
          public Found open() {
            if (++looks == 3) {
              plugged.add(fresh);
            }
            return new Plugged(plugged, 0).open();
          }
        };
    person.there = true;

    new HardwareKeys(source, person)
        .register(registration(UserVerification.DISCOURAGED, made.credentialId()));

    assertThat(person.heard()).contains("plug in the new security key now");
    assertThat(old.touches()).isEqualTo(1);
    assertThat(fresh.touches()).isEqualTo(1);
  }

  @Test
  void cancelledKeyStopsBlinkingAndSignsNothing() throws Exception {
    SoftwareHidKey key = key().finger(true);
    HardwareKeys keys = keys(key);
    RegistrationResult made = keys.register(registration(UserVerification.DISCOURAGED));
    key.finger(false);

    assertThat(
            failureOf(
                keys,
                assertion(UserVerification.DISCOURAGED, made.credentialId()),
                () -> {
                  key.awaitBlinking(LONG);
                  keys.cancel();
                }))
        .isInstanceOf(SecurityKeyException.class)
        .hasMessage("cancelled");
    assertThat(key.cancels()).isEqualTo(1);
    assertThat(key.touches()).isEqualTo(1);
  }

  @Test
  void cancelEndsTheChoiceAmongKeysToo() throws Exception {
    SoftwareHidKey first = key();
    SoftwareHidKey second = key();
    HardwareKeys keys = keys(first, second);

    assertThat(
            failureOf(
                keys,
                assertion(UserVerification.DISCOURAGED),
                () -> {
                  first.awaitBlinking(LONG);
                  second.awaitBlinking(LONG);
                  keys.cancel();
                }))
        .hasMessage("cancelled");
  }

  @Test
  void keyPulledOutWhileItBlinksSaysSo() throws Exception {
    SoftwareHidKey key = key().finger(true);
    HardwareKeys keys = keys(key);
    RegistrationResult made = keys.register(registration(UserVerification.DISCOURAGED));
    key.finger(false);

    assertThat(
            failureOf(
                keys,
                assertion(UserVerification.DISCOURAGED, made.credentialId()),
                () -> {
                  key.awaitBlinking(LONG);
                  key.pullOut();
                }))
        .hasMessage("the key was pulled out or does not answer");
  }

  @Test
  void withoutAKeyThePersonIsAskedToPlugOneIn() throws Exception {
    SoftwareHidKey key = key().finger(true);
    RegistrationResult made = keys(key).register(registration(UserVerification.DISCOURAGED));
    Plugged late = new Plugged(List.of(key), 2);
    person.there = true;

    AssertionResult signed =
        new HardwareKeys(late, person)
            .sign(assertion(UserVerification.DISCOURAGED, made.credentialId()));

    assertThat(verifies(made, signed)).isTrue();
    assertThat(person.heard()).contains("No security key is plugged in: plug one in now.");
  }

  @Test
  void withoutAKeyAndAPersonItEndsAtOnce() {
    assertThatThrownBy(() -> keys().sign(assertion(UserVerification.DISCOURAGED)))
        .hasMessage("no security key is plugged in");
  }

  @Test
  void withoutTheLibraryOneLineSaysHowToInstallIt() {
    KeySource absent =
        new KeySource() {
          @Override
          public boolean available() {
            return false;
          }

          @Override
          public Found open() {
            throw new AssertionError("there is no library to ask");
          }
        };
    assertThatThrownBy(
            () -> new HardwareKeys(absent, person).sign(assertion(UserVerification.DISCOURAGED)))
        .hasMessageContaining("apt-get install libfido2-1");
  }

  @Test
  void portsOfThisMachineCanBeLookedAt() {
    KeySource.Found found = new UsbKeys().open();
    found.open().forEach(FidoDevice::close);

    assertThat(found).isNotNull();
  }

  private SoftwareHidKey key() {
    return new SoftwareHidKey(new SoftwareAuthenticator(random), random);
  }

  private HardwareKeys keys(SoftwareHidKey... plugged) {
    return new HardwareKeys(new Plugged(List.of(plugged), 0), person);
  }

  private static AssertionRequest assertion(UserVerification wanted, ByteString... allowed) {
    return new AssertionRequest(RP, ORIGIN, CHALLENGE, List.of(allowed), wanted);
  }

  private static RegistrationRequest registration(UserVerification wanted, ByteString... excluded) {
    return new RegistrationRequest(
        RP,
        ORIGIN,
        CHALLENGE,
        ByteString.copyFromUtf8("handle"),
        "alice",
        List.of(excluded),
        wanted);
  }

  /** What a signature fails with while something else happens. */
  private static Throwable failureOf(
      HardwareKeys keys, AssertionRequest request, Happening meanwhile) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<Void> done = new CompletableFuture<>();
      threads.submit(() -> {
        try {
          keys.sign(request);
          done.complete(null);
        } catch (Throwable t) {
          done.completeExceptionally(t);
        }
      });
      meanwhile.happen();
      return catchCause(done);
    }
  }

  private static Throwable catchCause(CompletableFuture<Void> done) throws Exception {
    try {
      done.get(LONG.toSeconds(), SECONDS);
    } catch (ExecutionException e) {
      return Objects.requireNonNull(e.getCause());
    }
    throw new AssertionError("it was signed");
  }

  private static int flags(AssertionResult signed) {
    return signed.authenticatorData().byteAt(32);
  }

  /** As a server checks it: the RP's hash, and the signature by the key that was registered. */
  private static boolean verifies(RegistrationResult made, AssertionResult signed)
      throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    byte[] data = signed.authenticatorData().toByteArray();
    assertThat(Arrays.copyOf(data, 32)).isEqualTo(sha256.digest(RP.getBytes(UTF_8)));
    Signature signature = Signature.getInstance("SHA256withECDSA");
    signature.initVerify(publicKey(made));
    signature.update(data);
    signature.update(sha256.digest(signed.clientDataJson().toByteArray()));
    return signature.verify(signed.signature().toByteArray());
  }

  /** The last bytes of the attestation object are -2: x, -3: y of the COSE key. */
  private static PublicKey publicKey(RegistrationResult made) throws Exception {
    byte[] all = made.attestationObject().toByteArray();
    byte[] y = Arrays.copyOfRange(all, all.length - 32, all.length);
    byte[] x = Arrays.copyOfRange(all, all.length - 67, all.length - 35);
    AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
    curve.init(new ECGenParameterSpec("secp256r1"));
    return KeyFactory.getInstance("EC")
        .generatePublic(
            new ECPublicKeySpec(
                new ECPoint(new BigInteger(1, x), new BigInteger(1, y)),
                curve.getParameterSpec(ECParameterSpec.class)));
  }

  /** Something that may fail. */
  private interface Happening {
    void happen() throws Exception;
  }

  /** Keys in software; at first, as often as asked for, none. */
  private static final class Plugged implements KeySource {
    private final List<SoftwareHidKey> keys;
    private int emptyLooks;

    Plugged(List<SoftwareHidKey> keys, int emptyLooks) {
      this.keys = keys;
      this.emptyLooks = emptyLooks;
    }

    @Override
    public boolean available() {
      return FidoKeys.available();
    }

    @Override
    public Found open() {
      if (emptyLooks-- > 0) {
        return new Found(List.of(), List.of());
      }
      return new Found(
          keys.stream().map(key -> FidoDevice.over("Test Key", key).orElseThrow()).toList(),
          List.of());
    }
  }

  /** Types PINs and remembers what was said. */
  private static final class Person implements KeyDialog {
    private final List<String> lines = new ArrayList<>();
    private final Queue<String> pins = new ArrayDeque<>();
    private int pinsAskedFor;
    private boolean there;

    void willType(String... typed) {
      pins.addAll(List.of(typed));
    }

    String heard() {
      return String.join("\n", lines);
    }

    @Override
    public void say(SafeText line) {
      lines.add(line.toString());
    }

    @Override
    public SecretBuffer pin(SafeText prompt) throws IOException {
      pinsAskedFor++;
      String typed = pins.poll();
      if (typed == null) {
        throw new EOFException("nothing typed");
      }
      SecretBuffer pin = SecretArena.process().allocate(typed.length());
      MemorySegment.copy(
          MemorySegment.ofArray(typed.getBytes(US_ASCII)), 0, pin.segment(), 0, typed.length());
      return pin;
    }

    @Override
    public boolean interactive() {
      return there;
    }
  }
}
