// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.nativebindings;

import static dev.jtsh.nativebindings.generated.LibcBindings.EACCES;
import static dev.jtsh.nativebindings.generated.LibcBindings.EAGAIN;
import static dev.jtsh.nativebindings.generated.LibcBindings.EBADF;
import static dev.jtsh.nativebindings.generated.LibcBindings.EEXIST;
import static dev.jtsh.nativebindings.generated.LibcBindings.EINVAL;
import static dev.jtsh.nativebindings.generated.LibcBindings.ENOENT;
import static dev.jtsh.nativebindings.generated.LibcBindings.ENOMEM;
import static dev.jtsh.nativebindings.generated.LibcBindings.ENOSYS;
import static dev.jtsh.nativebindings.generated.LibcBindings.EPERM;
import static dev.jtsh.nativebindings.generated.LibcBindings.ESRCH;

/** A C library call failed. The message says which call on what, and why. */
public final class ErrnoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param call the C function and what it worked on, for example {@code open /etc/jtsh.yaml}
   * @param errno the error number the call left
   */
  public ErrnoException(String call, int errno) {
    super(call + ": " + describe(errno));
    this.errno = errno;
  }

  /** The error number of errno(3). */
  public int errno() {
    return errno;
  }

  private static String describe(int errno) {
    String text = words(errno);
    return text.isEmpty() ? "errno " + errno : text + " (errno " + errno + ")";
  }

  private static String words(int errno) {
    if (errno == EPERM()) {
      return "not permitted";
    } else if (errno == ENOENT()) {
      return "no such file";
    } else if (errno == EACCES()) {
      return "permission denied";
    } else if (errno == EEXIST()) {
      return "exists already";
    } else if (errno == EINVAL()) {
      return "invalid argument";
    } else if (errno == EAGAIN()) {
      return "try again or limit reached";
    } else if (errno == ENOMEM()) {
      return "out of memory or over the limit of locked memory";
    } else if (errno == EBADF()) {
      return "bad descriptor";
    } else if (errno == ENOSYS()) {
      return "not in this kernel";
    } else if (errno == ESRCH()) {
      return "no such process";
    }
    return "";
  }
}
