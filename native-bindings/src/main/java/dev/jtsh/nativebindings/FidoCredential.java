// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.Fido2Bindings.COSE_ES256;
import static dev.jtsh.nativebindings.generated.Fido2Bindings.FIDO_OPT_TRUE;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.Fido2Bindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The question for a new credential, and then the credential, as libfido2 holds them. */
final class FidoCredential implements AutoCloseable {
  // fido_cred_t *fido_cred_new(void)
  private static final FidoFunction NEW =
      new FidoFunction("fido_cred_new", Fido2Bindings::fido_cred_new$descriptor);
  // void fido_cred_free(fido_cred_t **)
  private static final FidoFunction FREE =
      new FidoFunction("fido_cred_free", Fido2Bindings::fido_cred_free$descriptor);
  // int fido_cred_set_type(fido_cred_t *, int cose_algorithm)
  private static final FidoFunction SET_TYPE =
      new FidoFunction("fido_cred_set_type", Fido2Bindings::fido_cred_set_type$descriptor);
  // int fido_cred_set_rp(fido_cred_t *, const char *id, const char *name)
  private static final FidoFunction SET_RP =
      new FidoFunction("fido_cred_set_rp", Fido2Bindings::fido_cred_set_rp$descriptor);
  // int fido_cred_set_user(fido_cred_t *, const unsigned char *id, size_t, const char *name,
  // const char *display_name, const char *icon)
  private static final FidoFunction SET_USER =
      new FidoFunction("fido_cred_set_user", Fido2Bindings::fido_cred_set_user$descriptor);
  // int fido_cred_set_clientdata_hash(fido_cred_t *, const unsigned char *, size_t)
  private static final FidoFunction SET_HASH =
      new FidoFunction(
          "fido_cred_set_clientdata_hash", Fido2Bindings::fido_cred_set_clientdata_hash$descriptor);
  // int fido_cred_exclude(fido_cred_t *, const unsigned char *, size_t)
  private static final FidoFunction EXCLUDE =
      new FidoFunction("fido_cred_exclude", Fido2Bindings::fido_cred_exclude$descriptor);
  // int fido_cred_set_uv(fido_cred_t *, fido_opt_t)
  private static final FidoFunction SET_UV =
      new FidoFunction("fido_cred_set_uv", Fido2Bindings::fido_cred_set_uv$descriptor);
  // const unsigned char *fido_cred_X_ptr(const fido_cred_t *) and size_t ..._len
  private static final FidoFunction ID =
      new FidoFunction("fido_cred_id_ptr", Fido2Bindings::fido_cred_id_ptr$descriptor);
  private static final FidoFunction ID_LENGTH =
      new FidoFunction("fido_cred_id_len", Fido2Bindings::fido_cred_id_len$descriptor);
  private static final FidoFunction AUTH_DATA =
      new FidoFunction("fido_cred_authdata_ptr", Fido2Bindings::fido_cred_authdata_ptr$descriptor);
  private static final FidoFunction AUTH_DATA_LENGTH =
      new FidoFunction("fido_cred_authdata_len", Fido2Bindings::fido_cred_authdata_len$descriptor);

  private final MemorySegment object = NEW.made();

  /** The question: an ES256 key. */
  FidoCredential(FidoDevice.NewCredential asked) {
    MemorySegment none = MemorySegment.NULL;
    try (Arena arena = Arena.ofConfined()) {
      FidoStatus.ok("algorithm", SET_TYPE.status(object, COSE_ES256()));
      MemorySegment rp = arena.allocateFrom(asked.rpId());
      FidoStatus.ok("rp", SET_RP.status(object, rp, rp));
      MemorySegment user = arena.allocateFrom(JAVA_BYTE, asked.userHandle());
      MemorySegment name = arena.allocateFrom(asked.userName());
      FidoStatus.ok("user", SET_USER.status(object, user, user.byteSize(), name, name, none));
      MemorySegment hash = arena.allocateFrom(JAVA_BYTE, asked.clientDataHash());
      FidoStatus.ok("client data", SET_HASH.status(object, hash, hash.byteSize()));
      for (byte[] id : asked.excluded()) {
        MemorySegment copy = arena.allocateFrom(JAVA_BYTE, id);
        FidoStatus.ok("excluded credential", EXCLUDE.status(object, copy, copy.byteSize()));
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  MemorySegment object() {
    return object;
  }

  /** The key is to know its user by its own means, such as a fingerprint. */
  void withOwnVerification() {
    FidoStatus.ok("uv", SET_UV.status(object, FIDO_OPT_TRUE()));
  }

  /** The credential, once there is one. */
  FidoDevice.Made answer() {
    return new FidoDevice.Made(
        ID.bytes(ID_LENGTH, object),
        FidoStatus.insideByteString(AUTH_DATA.bytes(AUTH_DATA_LENGTH, object)));
  }

  @Override
  public void close() {
    FREE.free(object);
  }
}
