// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.tests.support.terminal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * What a program has written to its terminal, read from the file as it grows. The last thing in it
 * is a mark with the program's exit status, which is not part of the text.
 */
final class Transcript {
  /** An operating system command that no terminal knows: it shows nothing. */
  private static final String MARK_BEGIN = "\033]7770;";

  private static final char MARK_END = '\007';

  private final Path file;
  private final String mark;
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PlainText plain = new PlainText();
  private long read; // bytes of the file
  private String held = ""; // may be the beginning of the mark, one char per byte
  private OptionalInt exitStatus = OptionalInt.empty();

  /**
   * A transcript in {@code file}, which need not be there yet.
   *
   * @param token makes the mark unlike anything the program writes
   */
  Transcript(Path file, String token) {
    this.file = file;
    this.mark = MARK_BEGIN + token + ";";
  }

  /** What {@code printf} in a shell makes the mark of, given the exit status. */
  static String markFormat(String token) {
    return "\\033]7770;" + token + ";%d\\007";
  }

  /** Reads what has come since the last call. */
  void update() {
    if (Files.notExists(file)) {
      return;
    }
    try (RandomAccessFile source = new RandomAccessFile(file.toFile(), "r")) {
      byte[] fresh = new byte[Math.toIntExact(source.length() - read)];
      source.seek(read);
      source.readFully(fresh);
      read += fresh.length;
      add(held + new String(fresh, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the transcript", e);
    }
  }

  private void add(String fresh) {
    int begin = fresh.indexOf(mark);
    int end = begin < 0 ? -1 : fresh.indexOf(MARK_END, begin);
    if (end >= 0) {
      exitStatus = OptionalInt.of(Integer.parseInt(fresh.substring(begin + mark.length(), end)));
      keep(fresh.substring(0, begin));
      held = "";
      keep(fresh.substring(end + 1)); // Processes that the program left behind.
      return;
    }
    int sure = begin >= 0 ? begin : fresh.length() - beginningOfMarkAtEnd(fresh);
    keep(fresh.substring(0, sure));
    held = fresh.substring(sure);
  }

  private int beginningOfMarkAtEnd(String text) {
    for (int length = Math.min(mark.length(), text.length()); length > 0; length--) {
      if (text.endsWith(mark.substring(0, length))) {
        return length;
      }
    }
    return 0;
  }

  private void keep(String text) {
    byte[] kept = text.getBytes(StandardCharsets.ISO_8859_1);
    bytes.writeBytes(kept);
    plain.add(kept);
  }

  OptionalInt exitStatus() {
    return exitStatus;
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }

  String plain() {
    return plain.text();
  }
}
