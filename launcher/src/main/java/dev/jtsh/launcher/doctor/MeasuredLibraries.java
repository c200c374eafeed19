// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.launcher.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The builds of libcrypto in whose process memory was searched for traces of keys. A distribution
 * changes the code without changing its version, so a build is known by the digest of its file.
 */
final class MeasuredLibraries {
  private static final String LIST = "measured-libcrypto.txt";

  private final Set<String> digests;

  private MeasuredLibraries(Set<String> digests) {
    this.digests = digests;
  }

  /** Those that come with this version of jtsh. */
  static MeasuredLibraries ofThisVersion() {
    try (InputStream in = MeasuredLibraries.class.getResourceAsStream(LIST)) {
      if (in == null) {
        throw new IllegalStateException(LIST + " is missing in the program");
      }
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(LIST, e);
    }
  }

  /** Lines of a SHA-256 digest and words about it; {@code #} begins a comment. */
  static MeasuredLibraries parse(String text) {
    return new MeasuredLibraries(
        text.lines()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .map(line -> line.split("\\s+")[0])
            .collect(Collectors.toUnmodifiableSet()));
  }

  Set<String> digests() {
    return digests;
  }

  /** Whether this very file was measured. */
  boolean has(Path library) throws IOException {
    return digests.contains(digest(library));
  }

  static String digest(Path file) throws IOException {
    try (DigestInputStream in =
        new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
      in.transferTo(OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
