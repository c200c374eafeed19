// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.text;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/**
 * What went wrong with a file, for a person: Java's own exceptions often have nothing but the
 * file's name for a message.
 */
public final class FileFailure {
  private FileFailure() {}

  /**
   * Which file, and why. The text has names from outside in it.
   *
   * @param failure of reading, writing or making a file
   */
  public static String of(IOException failure) {
    return switch (failure) {
      case AccessDeniedException e -> e.getFile() + ": permission denied";
      case NoSuchFileException e -> e.getFile() + " does not exist";
      case NotDirectoryException e -> e.getFile() + " is not a directory";
      case FileAlreadyExistsException e -> e.getFile() + " exists already";
      case FileSystemException e when e.getReason() != null -> e.getFile() + ": " + e.getReason();
      case CharacterCodingException e -> "it is no text in UTF-8";
      default -> failure.getMessage() == null ? "it fails" : failure.getMessage();
    };
  }
}
