// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.jtsh.nativebindings.generated.Fido2Bindings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The security keys that are plugged in, seen by the system's libfido2. */
public final class FidoKeys {
  /** More are not looked at. */
  private static final long KEYS_MAX = 16;

  private static final long TEXT_BYTES_MAX = 4096;

  private FidoKeys() {}

  /**
   * A key that is plugged in.
   *
   * @param path its device
   * @param product the name its maker gave it: text from outside
   */
  public record Plugged(String path, String product) {}

  /** Whether this system has libfido2. Loads it when first asked. */
  public static boolean available() {
    return FidoFunction.libraryPresent();
  }

  /** The keys that are plugged in now. Needs libfido2: ask {@link #available}. */
  public static List<Plugged> plugged() {
    List<Plugged> keys = new ArrayList<>();
    MemorySegment list = Calls.NEW.made(KEYS_MAX);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = arena.allocate(JAVA_LONG);
      if (Calls.MANIFEST.status(list, KEYS_MAX, found) == Fido2Bindings.FIDO_ERR_SUCCESS()) {
        for (long i = 0; i < found.get(JAVA_LONG, 0); i++) {
          MemorySegment one = Calls.AT.pointer(list, i);
          keys.add(new Plugged(text(Calls.PATH.pointer(one)), text(Calls.PRODUCT.pointer(one))));
        }
      }
      return List.copyOf(keys);
    } finally {
      Calls.FREE.free(list, KEYS_MAX);
    }
  }

  private static String text(MemorySegment address) {
    return address.equals(MemorySegment.NULL)
        ? ""
        : NativeLinker.view(address, TEXT_BYTES_MAX).getString(0);
  }

  /** Apart, so that asking for the library does not need it. */
  private static final class Calls {
    // fido_dev_info_t *fido_dev_info_new(size_t n)
    static final FidoFunction NEW =
        new FidoFunction("fido_dev_info_new", Fido2Bindings::fido_dev_info_new$descriptor);
    // void fido_dev_info_free(fido_dev_info_t **list, size_t n)
    static final FidoFunction FREE =
        new FidoFunction("fido_dev_info_free", Fido2Bindings::fido_dev_info_free$descriptor);
    // int fido_dev_info_manifest(fido_dev_info_t *list, size_t n, size_t *found)
    static final FidoFunction MANIFEST =
        new FidoFunction(
            "fido_dev_info_manifest", Fido2Bindings::fido_dev_info_manifest$descriptor);
    // const fido_dev_info_t *fido_dev_info_ptr(const fido_dev_info_t *list, size_t i)
    static final FidoFunction AT =
        new FidoFunction("fido_dev_info_ptr", Fido2Bindings::fido_dev_info_ptr$descriptor);
    // const char *fido_dev_info_path(const fido_dev_info_t *)
    static final FidoFunction PATH =
        new FidoFunction("fido_dev_info_path", Fido2Bindings::fido_dev_info_path$descriptor);
    // const char *fido_dev_info_product_string(const fido_dev_info_t *)
    static final FidoFunction PRODUCT =
        new FidoFunction(
            "fido_dev_info_product_string", Fido2Bindings::fido_dev_info_product_string$descriptor);

    private Calls() {}
  }
}
