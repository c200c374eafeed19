// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.Fido2Bindings.FIDO_OPT_FALSE;
import static dev.jtsh.nativebindings.generated.Fido2Bindings.FIDO_OPT_TRUE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.Fido2Bindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The question for a signature, and then its answer, as libfido2 holds them. */
final class FidoAssertion implements AutoCloseable {
  // fido_assert_t *fido_assert_new(void)
  private static final FidoFunction NEW =
      new FidoFunction("fido_assert_new", Fido2Bindings::fido_assert_new$descriptor);
  // void fido_assert_free(fido_assert_t **)
  private static final FidoFunction FREE =
      new FidoFunction("fido_assert_free", Fido2Bindings::fido_assert_free$descriptor);
  // int fido_assert_set_rp(fido_assert_t *, const char *id)
  private static final FidoFunction SET_RP =
      new FidoFunction("fido_assert_set_rp", Fido2Bindings::fido_assert_set_rp$descriptor);
  // int fido_assert_set_clientdata_hash(fido_assert_t *, const unsigned char *, size_t)
  private static final FidoFunction SET_HASH =
      new FidoFunction(
          "fido_assert_set_clientdata_hash",
          Fido2Bindings::fido_assert_set_clientdata_hash$descriptor);
  // int fido_assert_allow_cred(fido_assert_t *, const unsigned char *, size_t)
  private static final FidoFunction ALLOW =
      new FidoFunction("fido_assert_allow_cred", Fido2Bindings::fido_assert_allow_cred$descriptor);
  // int fido_assert_set_up(fido_assert_t *, fido_opt_t)
  private static final FidoFunction SET_UP =
      new FidoFunction("fido_assert_set_up", Fido2Bindings::fido_assert_set_up$descriptor);
  // int fido_assert_set_uv(fido_assert_t *, fido_opt_t)
  private static final FidoFunction SET_UV =
      new FidoFunction("fido_assert_set_uv", Fido2Bindings::fido_assert_set_uv$descriptor);
  // const unsigned char *fido_assert_X_ptr(const fido_assert_t *, size_t i) and size_t ..._len
  private static final FidoFunction ID =
      new FidoFunction("fido_assert_id_ptr", Fido2Bindings::fido_assert_id_ptr$descriptor);
  private static final FidoFunction ID_LENGTH =
      new FidoFunction("fido_assert_id_len", Fido2Bindings::fido_assert_id_len$descriptor);
  private static final FidoFunction AUTH_DATA =
      new FidoFunction(
          "fido_assert_authdata_ptr", Fido2Bindings::fido_assert_authdata_ptr$descriptor);
  private static final FidoFunction AUTH_DATA_LENGTH =
      new FidoFunction(
          "fido_assert_authdata_len", Fido2Bindings::fido_assert_authdata_len$descriptor);
  private static final FidoFunction SIGNATURE =
      new FidoFunction("fido_assert_sig_ptr", Fido2Bindings::fido_assert_sig_ptr$descriptor);
  private static final FidoFunction SIGNATURE_LENGTH =
      new FidoFunction("fido_assert_sig_len", Fido2Bindings::fido_assert_sig_len$descriptor);
  private static final FidoFunction USER =
      new FidoFunction(
          "fido_assert_user_id_ptr", Fido2Bindings::fido_assert_user_id_ptr$descriptor);
  private static final FidoFunction USER_LENGTH =
      new FidoFunction(
          "fido_assert_user_id_len", Fido2Bindings::fido_assert_user_id_len$descriptor);

  private final MemorySegment object = NEW.made();

  /** The question. */
  FidoAssertion(String rpId, byte[] clientDataHash, List<byte[]> allowed) {
    try (Arena arena = Arena.ofConfined()) {
      FidoStatus.ok("rp", SET_RP.status(object, arena.allocateFrom(rpId)));
      MemorySegment hash = arena.allocateFrom(JAVA_BYTE, clientDataHash);
      FidoStatus.ok("client data", SET_HASH.status(object, hash, hash.byteSize()));
      for (byte[] id : allowed) {
        MemorySegment copy = arena.allocateFrom(JAVA_BYTE, id);
        FidoStatus.ok("allowed credential", ALLOW.status(object, copy, copy.byteSize()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  MemorySegment object() {
    return object;
  }

  /** The key is to answer without a touch; its signature is worth nothing then. */
  void withoutTouch() {
    FidoStatus.ok("up", SET_UP.status(object, FIDO_OPT_FALSE()));
  }

  /** The key is to know its user by its own means, such as a fingerprint. */
  void withOwnVerification() {
    FidoStatus.ok("uv", SET_UV.status(object, FIDO_OPT_TRUE()));
  }

  /** The answer, once there is one. */
  FidoDevice.Signed answer() {
    return new FidoDevice.Signed(
        ID.bytes(ID_LENGTH, object, 0L),
        FidoStatus.insideByteString(AUTH_DATA.bytes(AUTH_DATA_LENGTH, object, 0L)),
        SIGNATURE.bytes(SIGNATURE_LENGTH, object, 0L),
        USER.bytes(USER_LENGTH, object, 0L));
  }

  @Override
  public void close() {
    FREE.free(object);
  }
}
