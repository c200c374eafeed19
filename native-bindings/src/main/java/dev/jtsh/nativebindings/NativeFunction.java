// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import java.lang.invoke.MethodHandle;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A function of native code. It is there from the beginning, but its call is made when it is first
 * needed: that takes milliseconds for each function, and a short command calls few of them.
 */
final class NativeFunction {
  private final Supplier<MethodHandle> linking;
  private volatile @Nullable MethodHandle handle;

  NativeFunction(Supplier<MethodHandle> linking) {
    this.linking = linking;
  }

  /** The call. Two threads that come first at once may make it twice; both are good. */
  MethodHandle handle() {
    MethodHandle made = handle;
    if (made == null) {
      made = linking.get();
      handle = made;
    }
    return made;
  }
}
