// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.leaks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The finger on the software key of a tested program: a named pipe. */
record Touch(Path pipe) {
  /** A new one in a directory. */
  static Touch in(Path directory) {
    Path pipe = directory.resolve("touch");
    Programs.run("mkfifo", "-m", "666", pipe.toString());
    return new Touch(pipe);
  }

  /** Lets the program that waits go on. */
  void now() throws IOException {
    Files.write(pipe, new byte[1], StandardOpenOption.WRITE);
  }
}
