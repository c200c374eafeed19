// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.jtsh.nativebindings.generated.Fido2Bindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * An open security key. Calls block until the user has acted, at most {@link #ANSWER_MAX}; they
 * come from one thread at a time. {@link #cancel} may come from any.
 */
public final class FidoDevice implements AutoCloseable {
  /** Keys give up by themselves after half a minute. */
  public static final Duration ANSWER_MAX = Duration.ofSeconds(60);

  private static final byte[] NO_CHALLENGE = new byte[32];

  // fido_dev_t *fido_dev_new(void)
  private static final FidoFunction NEW =
      new FidoFunction("fido_dev_new", Fido2Bindings::fido_dev_new$descriptor);
  // void fido_dev_free(fido_dev_t **)
  private static final FidoFunction FREE =
      new FidoFunction("fido_dev_free", Fido2Bindings::fido_dev_free$descriptor);
  // int fido_dev_open(fido_dev_t *, const char *path)
  private static final FidoFunction OPEN =
      new FidoFunction("fido_dev_open", Fido2Bindings::fido_dev_open$descriptor);
  // int fido_dev_close(fido_dev_t *)
  private static final FidoFunction CLOSE =
      new FidoFunction("fido_dev_close", Fido2Bindings::fido_dev_close$descriptor);
  // int fido_dev_cancel(fido_dev_t *)
  private static final FidoFunction CANCEL =
      new FidoFunction("fido_dev_cancel", Fido2Bindings::fido_dev_cancel$descriptor);
  // int fido_dev_set_io_functions(fido_dev_t *, const fido_dev_io_t *)
  private static final FidoFunction SET_IO =
      new FidoFunction(
          "fido_dev_set_io_functions", Fido2Bindings::fido_dev_set_io_functions$descriptor);
  // int fido_dev_set_timeout(fido_dev_t *, int ms)
  private static final FidoFunction SET_TIMEOUT =
      new FidoFunction("fido_dev_set_timeout", Fido2Bindings::fido_dev_set_timeout$descriptor);
  // bool fido_dev_has_pin(const fido_dev_t *)
  private static final FidoFunction HAS_PIN =
      new FidoFunction("fido_dev_has_pin", Fido2Bindings::fido_dev_has_pin$descriptor);
  // bool fido_dev_has_uv(const fido_dev_t *)
  private static final FidoFunction HAS_UV =
      new FidoFunction("fido_dev_has_uv", Fido2Bindings::fido_dev_has_uv$descriptor);
  // int fido_dev_get_retry_count(fido_dev_t *, int *)
  private static final FidoFunction RETRIES =
      new FidoFunction(
          "fido_dev_get_retry_count", Fido2Bindings::fido_dev_get_retry_count$descriptor);
  // int fido_dev_get_touch_begin(fido_dev_t *)
  private static final FidoFunction TOUCH_BEGIN =
      new FidoFunction(
          "fido_dev_get_touch_begin", Fido2Bindings::fido_dev_get_touch_begin$descriptor);
  // int fido_dev_get_touch_status(fido_dev_t *, int *touched, int ms)
  private static final FidoFunction TOUCH_STATUS =
      new FidoFunction(
          "fido_dev_get_touch_status", Fido2Bindings::fido_dev_get_touch_status$descriptor);
  // int fido_dev_get_assert(fido_dev_t *, fido_assert_t *, const char *pin)
  private static final FidoFunction GET_ASSERT =
      new FidoFunction("fido_dev_get_assert", Fido2Bindings::fido_dev_get_assert$descriptor);
  // int fido_dev_make_cred(fido_dev_t *, fido_cred_t *, const char *pin)
  private static final FidoFunction MAKE_CRED =
      new FidoFunction("fido_dev_make_cred", Fido2Bindings::fido_dev_make_cred$descriptor);

  private final String product;
  private final Arena lifetime;
  private final MemorySegment device;

  @GuardedBy("this")
  private boolean closed;

  private FidoDevice(String product, Arena lifetime, MemorySegment device) {
    this.product = product;
    this.lifetime = lifetime;
    this.device = device;
  }

  /** How the key is to know who touches it. */
  public sealed interface Proof {
    /** A touch is enough. */
    record Touch() implements Proof {}

    /** A fingerprint, or what else the key has. */
    record Own() implements Proof {}

    /**
     * The PIN of the key.
     *
     * @param pin as typed; stays the caller's
     */
    record Pin(SecretBuffer pin) implements Proof {}
  }

  /** A signature. */
  public static final class Signed {
    private final byte[] credentialId;
    private final byte[] authenticatorData;
    private final byte[] signature;
    private final byte[] userHandle;

    /** Takes the arrays as they are. */
    public Signed(
        byte[] credentialId, byte[] authenticatorData, byte[] signature, byte[] userHandle) {
      this.credentialId = credentialId;
      this.authenticatorData = authenticatorData;
      this.signature = signature;
      this.userHandle = userHandle;
    }

    /** Which credential signed; empty when the key is silent about the only one allowed. */
    public byte[] credentialId() {
      return credentialId;
    }

    /** RP id hash, flags, counter. */
    public byte[] authenticatorData() {
      return authenticatorData;
    }

    /** Over authenticator data and the hash of the client data. */
    public byte[] signature() {
      return signature;
    }

    /** Empty when the key does not keep it. */
    public byte[] userHandle() {
      return userHandle;
    }
  }

  /** A credential to make. */
  public static final class NewCredential {
    private final String rpId;
    private final byte[] clientDataHash;
    private final byte[] userHandle;
    private final String userName;
    private final List<byte[]> excluded;

    /** Takes the arrays as they are. */
    public NewCredential(
        String rpId,
        byte[] clientDataHash,
        byte[] userHandle,
        String userName,
        List<byte[]> excluded) {
      this.rpId = rpId;
      this.clientDataHash = clientDataHash;
      this.userHandle = userHandle;
      this.userName = userName;
      this.excluded = excluded;
    }

    /** Relying party. */
    public String rpId() {
      return rpId;
    }

    /** SHA-256. */
    public byte[] clientDataHash() {
      return clientDataHash;
    }

    /** The server's opaque id of the user. */
    public byte[] userHandle() {
      return userHandle;
    }

    /** Shown by keys with a display. */
    public String userName() {
      return userName;
    }

    /** Ids of credentials, of which the key may hold none. */
    public List<byte[]> excluded() {
      return excluded;
    }
  }

  /** A new credential. */
  public static final class Made {
    private final byte[] credentialId;
    private final byte[] authenticatorData;

    /** Takes the arrays as they are. */
    public Made(byte[] credentialId, byte[] authenticatorData) {
      this.credentialId = credentialId;
      this.authenticatorData = authenticatorData;
    }

    /** Its id. */
    public byte[] credentialId() {
      return credentialId;
    }

    /** With its public key. */
    public byte[] authenticatorData() {
      return authenticatorData;
    }
  }

  /** Opens a key; empty when it is in use, gone again, or not for this user to open. */
  public static Optional<FidoDevice> open(FidoKeys.Plugged key) {
    return open(key.product(), key.path(), Optional.empty());
  }

  /**
   * Opens a key that is reached another way than by USB.
   *
   * @param product its name
   * @param reports used until the device is closed
   */
  public static Optional<FidoDevice> over(String product, HidReports reports) {
    return open(product, product, Optional.of(reports));
  }

  private static Optional<FidoDevice> open(
      String product, String path, Optional<HidReports> reports) {
    Arena lifetime = Arena.ofShared();
    MemorySegment device = NEW.made();
    reports.ifPresent(
        way -> FidoStatus.ok("reports", SET_IO.status(device, HidUpcalls.struct(way, lifetime))));
    FidoStatus.ok("timeout", SET_TIMEOUT.status(device, (int) ANSWER_MAX.toMillis()));
    if (FidoStatus.good(OPEN.status(device, lifetime.allocateFrom(path)))) {
      return Optional.of(new FidoDevice(product, lifetime, device));
    }
    FREE.free(device);
    lifetime.close();
    return Optional.empty();
  }

  /** The name its maker gave it: text from outside. */
  public String product() {
    return product;
  }

  /** Whether a PIN was set on it. */
  public boolean hasPin() {
    return HAS_PIN.flag(device);
  }

  /** Whether it knows its user by other means: a fingerprint was taught to it. */
  public boolean hasOwnVerification() {
    return HAS_UV.flag(device);
  }

  /**
   * Asks the key, without a touch, for the credentials. A key may hide some until its user is
   * verified, so a no is not the last word.
   */
  public boolean shows(String rpId, List<byte[]> credentials) {
    try (FidoAssertion question = new FidoAssertion(rpId, NO_CHALLENGE, credentials)) {
      question.withoutTouch();
      int status = GET_ASSERT.status(device, question.object(), MemorySegment.NULL);
      return FidoStatus.good(status)
          || status == Fido2Bindings.FIDO_ERR_USER_PRESENCE_REQUIRED(); // U2F says so.
    }
  }

  /**
   * Signs.
   *
   * @param clientDataHash SHA-256
   * @param allowed ids of acceptable credentials; empty means any for {@code rpId}
   */
  public FidoOutcome<Signed> sign(
      String rpId, byte[] clientDataHash, List<byte[]> allowed, Proof proof) {
    try (FidoAssertion question = new FidoAssertion(rpId, clientDataHash, allowed)) {
      if (proof instanceof Proof.Own) {
        question.withOwnVerification();
      }
      return ask(GET_ASSERT, question.object(), proof, question::answer);
    }
  }

  /** Makes a credential. */
  public FidoOutcome<Made> make(NewCredential asked, Proof proof) {
    try (FidoCredential question = new FidoCredential(asked)) {
      if (proof instanceof Proof.Own) {
        question.withOwnVerification();
      }
      return ask(MAKE_CRED, question.object(), proof, question::answer);
    }
  }

  /** Has the key blink until it is touched; gives false when it cannot. */
  public boolean beginTouch() {
    return FidoStatus.good(TOUCH_BEGIN.status(device));
  }

  /** Whether it was touched since {@link #beginTouch}; empty when the key has given up. */
  public Optional<Boolean> touched(Duration atMost) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment touched = arena.allocate(JAVA_INT);
      int status = TOUCH_STATUS.status(device, touched, (int) atMost.toMillis());
      return FidoStatus.good(status)
          ? Optional.of(touched.get(JAVA_INT, 0) != 0)
          : Optional.empty();
    }
  }

  /** Ends what the key waits for, if it waits. It stops blinking. */
  public synchronized void cancel() {
    if (!closed) {
      var _ = CANCEL.status(device); // An old key cannot; it gives up by itself.
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      var _ = CLOSE.status(device);
      FREE.free(device);
      lifetime.close();
    }
  }

  private <T> FidoOutcome<T> ask(
      FidoFunction call, MemorySegment question, Proof proof, Supplier<T> answer) {
    IntSupplier triesLeft = this::triesLeft;
    if (!(proof instanceof Proof.Pin(SecretBuffer typed))) {
      return FidoStatus.outcome(
          call.status(device, question, MemorySegment.NULL), answer, triesLeft);
    }
    // As C wants it, with a zero behind it. libfido2 hashes it and keeps no copy.
    try (SecretBuffer pin = SecretArena.process().allocate(typed.size() + 1)) {
      MemorySegment.copy(typed.segment(), 0, pin.segment(), 0, typed.size());
      pin.segment().set(JAVA_BYTE, typed.size(), (byte) 0);
      return FidoStatus.outcome(call.status(device, question, pin.segment()), answer, triesLeft);
    }
  }

  private int triesLeft() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment count = arena.allocate(JAVA_INT);
      return FidoStatus.good(RETRIES.status(device, count)) ? count.get(JAVA_INT, 0) : -1;
    }
  }
}
