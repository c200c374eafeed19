// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import dev.jtsh.nativebindings.generated.Fido2Bindings;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** What libfido2's numbers mean. */
final class FidoStatus {
  /** The three lengths that a byte string of CBOR can begin with here, and a fourth inside them. */
  private static final int BYTE_STRING = 0x40;

  private static final int LENGTH_IN_ONE_BYTE = 0x58;
  private static final int LENGTH_IN_TWO_BYTES = 0x59;

  // const char *fido_strerr(int)
  private static final FidoFunction TEXT =
      new FidoFunction("fido_strerr", Fido2Bindings::fido_strerr$descriptor);
  private static final long TEXT_BYTES_MAX = 128;

  private FidoStatus() {}

  /** Says whether a call went well. */
  static boolean good(int status) {
    return status == Fido2Bindings.FIDO_ERR_SUCCESS();
  }

  /**
   * For calls that only fail when we made a mistake.
   *
   * @throws IllegalArgumentException if this one did
   */
  static void ok(String what, int status) {
    if (!good(status)) {
      throw new IllegalArgumentException("libfido2 refuses " + what + ": " + text(status));
    }
  }

  static String text(int status) {
    return NativeLinker.view(TEXT.pointer(status), TEXT_BYTES_MAX).getString(0);
  }

  /**
   * What a call that worked with the key has come to.
   *
   * @param answer read when it went well
   * @param triesLeft asked for when the PIN was wrong
   */
  static <T> FidoOutcome<T> outcome(int status, Supplier<T> answer, IntSupplier triesLeft) {
    if (good(status)) {
      return new FidoOutcome.Done<>(answer.get());
    }
    if (status == Fido2Bindings.FIDO_ERR_PIN_INVALID()) {
      return new FidoOutcome.PinWrong<>(triesLeft.getAsInt());
    }
    Map<Integer, FidoOutcome<T>> plain =
        Map.ofEntries(
            Map.entry(Fido2Bindings.FIDO_ERR_PIN_REQUIRED(), new FidoOutcome.PinNeeded<>()),
            // The fingerprint was not known, or too often not: the PIN remains.
            Map.entry(Fido2Bindings.FIDO_ERR_UV_INVALID(), new FidoOutcome.PinNeeded<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_UV_BLOCKED(), new FidoOutcome.PinNeeded<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_PIN_BLOCKED(), new FidoOutcome.PinBlocked<>(false)),
            Map.entry(
                Fido2Bindings.FIDO_ERR_PIN_AUTH_BLOCKED(), new FidoOutcome.PinBlocked<>(true)),
            Map.entry(Fido2Bindings.FIDO_ERR_NO_CREDENTIALS(), new FidoOutcome.NoCredential<>()),
            Map.entry(
                Fido2Bindings.FIDO_ERR_CREDENTIAL_EXCLUDED(), new FidoOutcome.AlreadyThere<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_KEEPALIVE_CANCEL(), new FidoOutcome.Cancelled<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_OPERATION_DENIED(), new FidoOutcome.Cancelled<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_USER_ACTION_TIMEOUT(), new FidoOutcome.TimedOut<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_ACTION_TIMEOUT(), new FidoOutcome.TimedOut<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_TX(), new FidoOutcome.Gone<>()),
            Map.entry(Fido2Bindings.FIDO_ERR_RX(), new FidoOutcome.Gone<>()));
    return plain.getOrDefault(status, new FidoOutcome.Failed<>(text(status)));
  }

  /** libfido2 gives authenticator data as the byte string of CBOR that the key sent. */
  static byte[] insideByteString(byte[] item) {
    int first = item.length == 0 ? 0 : item[0] & 0xff;
    int head =
        switch (first) {
          case LENGTH_IN_ONE_BYTE -> 2;
          case LENGTH_IN_TWO_BYTES -> 3;
          default -> 1;
        };
    if (first < BYTE_STRING || first > LENGTH_IN_TWO_BYTES || item.length < head) {
      throw new IllegalStateException("libfido2 gave something else than a byte string");
    }
    return Arrays.copyOfRange(item, head, item.length);
  }
}
