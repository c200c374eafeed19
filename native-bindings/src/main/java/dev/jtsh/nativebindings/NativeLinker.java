// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The only class that links native code. It takes descriptors from the generated bindings and adds
 * what those cannot do: errno, captured per call in a memory segment of that call alone, so that no
 * thread ever sees another's.
 */
final class NativeLinker {
  /** True where the generated constants are those of the running system. */
  static final boolean LINUX = System.getProperty("os.name", "").equals("Linux");

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = CALL_STATE.varHandle(groupElement("errno"));

  private NativeLinker() {}

  /** A call of the C library; the handle's first argument is the state segment for errno. */
  static NativeFunction link(String symbol, Supplier<FunctionDescriptor> descriptor) {
    return function(defaultSymbol(symbol), descriptor, Linker.Option.captureCallState("errno"));
  }

  /** As {@link #link}, for {@code f(a, b, ...)}: arguments from {@code fixed} on are variadic. */
  static NativeFunction linkVariadic(
      String symbol, Supplier<FunctionDescriptor> descriptor, int fixed) {
    return function(
        defaultSymbol(symbol),
        descriptor,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(fixed));
  }

  /** A generated call as it is, for what cannot fail: each form of a call costs memory and time. */
  static NativeFunction linkPlain(Supplier<MethodHandle> generated) {
    return new NativeFunction(generated);
  }

  /** A call of a library that reports errors by other means than errno. */
  static NativeFunction linkWithoutErrno(
      SymbolLookup library, String symbol, Supplier<FunctionDescriptor> descriptor) {
    return function(
        library.find(symbol).orElseThrow(() -> new UnsatisfiedLinkError("no symbol " + symbol)),
        descriptor);
  }

  private static NativeFunction function(
      MemorySegment address, Supplier<FunctionDescriptor> descriptor, Linker.Option... options) {
    return new NativeFunction(() -> LINKER.downcallHandle(address, descriptor.get(), options));
  }

  /** Whether the C library has a function: some are newer than the oldest system we run on. */
  static boolean hasSymbol(String symbol) {
    return LINKER.defaultLookup().find(symbol).isPresent();
  }

  /**
   * Loads a library by its absolute path (rule 19: never by name, the environment could answer).
   * Empty if it cannot be loaded.
   */
  static Optional<SymbolLookup> loadLibrary(Path absolutePath) {
    try {
      // The generated classes look symbols up among the libraries of our class loader.
      System.load(absolutePath.toString());
      // We ask this library only: another one of the process (BoringSSL) has the same names.
      return Optional.of(SymbolLookup.libraryLookup(absolutePath, Arena.global()));
    } catch (UnsatisfiedLinkError | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Gives a raw address its size. The caller vouches for both. */
  static MemorySegment view(MemorySegment address, long byteSize) {
    return address.reinterpret(byteSize);
  }

  /** As {@link #view(MemorySegment, long)}; every access after the arena's close throws. */
  static MemorySegment view(MemorySegment address, long byteSize, Arena lifetime) {
    return address.reinterpret(byteSize, lifetime, null);
  }

  /**
   * Runs one call whose result −1 means "see errno".
   *
   * @param what the function and what it works on, for the exception's message
   * @return the result, never −1
   * @throws ErrnoException if the call failed
   */
  static long call(String what, Downcall downcall) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long result = downcall.invoke(arena, state);
      if (result == -1) {
        throw new ErrnoException(what, (int) ERRNO.get(state, 0L));
      }
      return result;
    } catch (Throwable t) {
      throw unchecked(t);
    }
  }

  /** invokeExact declares Throwable, but a downcall throws nothing checked. */
  static RuntimeException unchecked(Throwable t) {
    if (t instanceof RuntimeException e) {
      return e;
    }
    if (t instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("a native call threw a checked exception", t);
  }

  private static MemorySegment defaultSymbol(String symbol) {
    return LINKER
        .defaultLookup()
        .find(symbol)
        .orElseThrow(() -> new UnsatisfiedLinkError("the C library lacks " + symbol));
  }

  /** One native call: the arena ends with it, {@code state} receives errno. */
  interface Downcall {
    long invoke(Arena arena, MemorySegment state) throws Throwable;
  }
}
