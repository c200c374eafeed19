// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.EINVAL;
import static dev.jtsh.nativebindings.generated.LibcBindings.EPERM;
import static dev.jtsh.nativebindings.generated.LibcBindings.RLIMIT_NOFILE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NativeLinkerTest {
  /** Two calls that fail differently, many at once: no thread may see the other's errno. */
  @Test
  void concurrentFailuresKeepTheirOwnErrno() throws Exception {
    // The kernel refuses a limit above fs.nr_open even to root.
    var aboveNrOpen = new ProcessCalls.Limit(1, Long.MAX_VALUE);
    Callable<Integer> eperm =
        () -> errnoOf(() -> ProcessCalls.setrlimit(RLIMIT_NOFILE(), aboveNrOpen));
    Callable<Integer> einval = () -> errnoOf(() -> MemoryCalls.memfdCreate("x", -1));
    List<Future<Integer>> errnos = new ArrayList<>();
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 2_000; i++) {
        errnos.add(executor.submit(i % 2 == 0 ? eperm : einval));
      }
    }
    for (int i = 0; i < errnos.size(); i++) {
      assertThat(errnos.get(i).get()).isEqualTo(i % 2 == 0 ? EPERM() : EINVAL());
    }
  }

  @Test
  void theMessageSaysWhichCallOnWhatAndWhy() {
    assertThat(new ErrnoException("open /etc/jtsh.yaml", 2))
        .hasMessage("open /etc/jtsh.yaml: no such file (errno 2)");
    assertThat(new ErrnoException("open x", 4095)).hasMessage("open x: errno 4095");
  }

  private static int errnoOf(Runnable call) {
    try {
      call.run();
    } catch (ErrnoException e) {
      return e.errno();
    }
    throw new AssertionError("the call did not fail");
  }
}
