// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.jtsh.nativebindings.generated.fido_dev_io;
import dev.jtsh.nativebindings.generated.fido_dev_io_close_t;
import dev.jtsh.nativebindings.generated.fido_dev_io_open_t;
import dev.jtsh.nativebindings.generated.fido_dev_io_read_t;
import dev.jtsh.nativebindings.generated.fido_dev_io_write_t;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;

/** Lets libfido2 call {@link HidReports}. Nothing may be thrown into C: a failure is −1. */
final class HidUpcalls {
  /** libfido2 only wants it to be no null. */
  private static final MemorySegment HANDLE = MemorySegment.ofAddress(1);

  private static final int FAILED = -1;

  private final HidReports reports;

  private HidUpcalls(HidReports reports) {
    this.reports = reports;
  }

  /** A {@code struct fido_dev_io} that works as long as the arena is open. */
  static MemorySegment struct(HidReports reports, Arena lifetime) {
    HidUpcalls upcalls = new HidUpcalls(reports);
    MemorySegment io = fido_dev_io.allocate(lifetime);
    fido_dev_io.open(io, fido_dev_io_open_t.allocate(path -> HANDLE, lifetime));
    fido_dev_io.close(io, fido_dev_io_close_t.allocate(handle -> {}, lifetime));
    fido_dev_io.read(io, fido_dev_io_read_t.allocate(upcalls::read, lifetime));
    fido_dev_io.write(io, fido_dev_io_write_t.allocate(upcalls::write, lifetime));
    return io;
  }

  private int read(MemorySegment handle, MemorySegment into, long size, int milliseconds) {
    try {
      // A negative time is "for ever"; nothing here waits so long.
      Duration atMost = milliseconds < 0 ? FidoDevice.ANSWER_MAX : Duration.ofMillis(milliseconds);
      byte[] report = reports.read(atMost);
      if (report.length > size) {
        return FAILED;
      }
      MemorySegment.copy(report, 0, NativeLinker.view(into, size), JAVA_BYTE, 0, report.length);
      return report.length;
    } catch (IOException | RuntimeException e) {
      return FAILED;
    }
  }

  /** Before the frame stands the number of the report, which is 0. */
  private int write(MemorySegment handle, MemorySegment from, long size) {
    try {
      byte[] sent = NativeLinker.view(from, size).toArray(JAVA_BYTE);
      reports.write(Arrays.copyOfRange(sent, 1, sent.length));
      return sent.length;
    } catch (IOException | RuntimeException e) {
      return FAILED;
    }
  }
}
