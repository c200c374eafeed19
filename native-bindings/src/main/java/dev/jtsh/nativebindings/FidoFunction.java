// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.Fido2Bindings;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A function of libfido2, which is loaded with the first of them. A person with a key in hand is
 * slow, so arguments go the general way ({@code invokeWithArguments}) and the calls stay short.
 */
final class FidoFunction {
  private static final Optional<SystemLibrary> LIBRARY = load();

  private final NativeFunction function;

  /**
   * One function by its name.
   *
   * @throws UnsatisfiedLinkError if the system has no libfido2: ask {@link #libraryPresent}
   */
  FidoFunction(String symbol, Supplier<FunctionDescriptor> descriptor) {
    SystemLibrary library =
        LIBRARY.orElseThrow(() -> new UnsatisfiedLinkError("no libfido2 on this system"));
    this.function = NativeLinker.linkWithoutErrno(library.symbols(), symbol, descriptor);
  }

  /** Whether this system has libfido2; loads it. */
  static boolean libraryPresent() {
    return LIBRARY.isPresent();
  }

  /** The file it was loaded from. */
  static Optional<Path> libraryFile() {
    return LIBRARY.map(SystemLibrary::file);
  }

  /** A call that gives nothing. */
  void run(Object... arguments) {
    var _ = invoke(arguments);
  }

  /** A call that gives one of libfido2's error codes, 0 for success. */
  int status(Object... arguments) {
    return (int) invoke(arguments);
  }

  /** A call that gives a length or number. */
  long count(Object... arguments) {
    return (long) invoke(arguments);
  }

  /** A call that gives yes or no. */
  boolean flag(Object... arguments) {
    return (boolean) invoke(arguments);
  }

  /** A call that gives an address. */
  MemorySegment pointer(Object... arguments) {
    return (MemorySegment) invoke(arguments);
  }

  /**
   * A call that makes an object.
   *
   * @throws IllegalStateException if memory is short
   */
  MemorySegment made(Object... arguments) {
    MemorySegment object = pointer(arguments);
    if (object.equals(MemorySegment.NULL)) {
      throw new IllegalStateException("libfido2 could not make an object");
    }
    return object;
  }

  /** A call that frees an object and takes the place of its address. */
  void free(MemorySegment object, Object... further) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment place = arena.allocateFrom(ADDRESS, object);
      Object[] arguments = new Object[further.length + 1];
      arguments[0] = place;
      System.arraycopy(further, 0, arguments, 1, further.length);
      run(arguments);
    }
  }

  /**
   * The bytes that a pair of functions tells the address and the length of.
   *
   * @param length the second of the pair, with the same arguments
   */
  byte[] bytes(FidoFunction length, Object... arguments) {
    long size = length.count(arguments);
    return size == 0 ? new byte[0] : NativeLinker.view(pointer(arguments), size).toArray(JAVA_BYTE);
  }

  private Object invoke(Object... arguments) {
    try {
      return function.handle().invokeWithArguments(arguments);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }

  private static Optional<SystemLibrary> load() {
    if (CryptoLibraryFile.present()) {
      LibCrypto.ready(); // libfido2 uses it too: initialised our way before it can be otherwise.
    }
    Optional<SystemLibrary> library =
        SystemLibrary.first(
            SystemLibrary.places(
                "libfido2.so.1",
                "/opt/homebrew/opt/libfido2/lib/libfido2.1.dylib",
                "/usr/local/opt/libfido2/lib/libfido2.1.dylib"));
    library.ifPresent(FidoFunction::initialise);
    return library;
  }

  // void fido_init(int flags)
  private static void initialise(SystemLibrary library) {
    try {
      NativeLinker.linkWithoutErrno(
              library.symbols(), "fido_init", Fido2Bindings::fido_init$descriptor)
          .handle()
          .invokeExact(0);
    } catch (Throwable t) {
      throw NativeLinker.unchecked(t);
    }
  }
}
