// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import java.util.regex.Pattern;

/** The id by which a host is known in its cluster, kept in its data directory. */
final class HostId {
  static final Pattern FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  private static final String FILE = "host-id";

  private HostId() {}

  /** Reads the id, or makes it at the first start. */
  static String of(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      Path fresh = directory.resolve(FILE + ".new");
      Files.writeString(fresh, UUID.randomUUID() + "\n", StandardCharsets.US_ASCII);
      Files.setPosixFilePermissions(
          fresh, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
    String id = Files.readString(file, StandardCharsets.US_ASCII).strip();
    if (!FORM.matcher(id).matches()) {
      throw new IOException(file + " holds no host id; remove it and the next start makes one");
    }
    return id;
  }
}
