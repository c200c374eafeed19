// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.agent;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.SecretFile;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import dev.jtsh.pki.tls.TrustAnchors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who the agent is, kept in its data directory. Key and certificate have names with the
 * certificate's serial, and one small file says which serial counts: a renewal that is interrupted
 * leaves the old pair whole.
 */
public final class AgentIdentity implements Supplier<TlsIdentity>, AutoCloseable {
  private static final String CURRENT = "current";
  private static final String HOST_CA = "host-ca.crt";
  private static final String USER_CA = "user-ca.crt";

  private final Path directory;
  private final X509Certificate hostAuthority;
  private final X509Certificate userAuthority;
  private volatile TlsIdentity identity;
  private @Nullable HeldKey previous; // Handshakes that began before a renewal may still use it.

  private AgentIdentity(
      Path directory,
      TlsIdentity identity,
      X509Certificate hostAuthority,
      X509Certificate userAuthority) {
    this.directory = directory;
    this.identity = identity;
    this.hostAuthority = hostAuthority;
    this.userAuthority = userAuthority;
  }

  /**
   * The identity of an agent that has joined; empty before.
   *
   * @throws IOException if its files cannot be read
   */
  public static Optional<AgentIdentity> load(Path directory) throws IOException {
    Path current = directory.resolve(CURRENT);
    if (!Files.exists(current, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    String serial = Files.readString(current, StandardCharsets.US_ASCII).strip();
    if (!serial.matches("[0-9a-f]{1,64}")) {
      throw new IOException(current + " is not of this program");
    }
    X509Certificate leaf = certificate(directory.resolve(serial + ".crt"));
    HeldKey key = HeldKey.loadPem(directory.resolve(serial + ".key"));
    return Optional.of(
        new AgentIdentity(
            directory,
            TlsIdentity.of(key, leaf),
            certificate(directory.resolve(HOST_CA)),
            certificate(directory.resolve(USER_CA))));
  }

  private static X509Certificate certificate(Path file) throws IOException {
    return Pem.certificate(Files.readAllBytes(file));
  }

  /** Keeps what a join gave. */
  static AgentIdentity joined(
      Path directory,
      TlsIdentity identity,
      X509Certificate hostAuthority,
      X509Certificate userAuthority)
      throws IOException {
    write(directory.resolve(HOST_CA), Pem.encode(hostAuthority));
    write(directory.resolve(USER_CA), Pem.encode(userAuthority));
    var result = new AgentIdentity(directory, identity, hostAuthority, userAuthority);
    result.store(identity);
    return result;
  }

  @Override
  public TlsIdentity get() {
    return identity;
  }

  /** What the certificate says. */
  public HostIdentity host() {
    return HostIdentity.of(identity.leaf());
  }

  /** Whom to believe to be a host of the cluster. */
  public TrustAnchors hosts() {
    return TrustAnchors.of(hostAuthority);
  }

  /** Whom to believe to be a user of the cluster. */
  public TrustAnchors users() {
    return TrustAnchors.of(userAuthority);
  }

  /** When half of its life is over. */
  Instant renewAt() {
    Instant begin = identity.leaf().getNotBefore().toInstant();
    Instant end = identity.leaf().getNotAfter().toInstant();
    return begin.plus(Duration.between(begin, end).dividedBy(2));
  }

  /** Takes a renewed certificate, on the disk first. */
  synchronized void renewed(TlsIdentity next) throws IOException {
    String old = serial(identity);
    store(next);
    if (previous != null) {
      previous.close();
    }
    previous = identity.key();
    identity = next;
    Files.deleteIfExists(directory.resolve(old + ".key"));
    Files.deleteIfExists(directory.resolve(old + ".crt"));
  }

  private void store(TlsIdentity of) throws IOException {
    String serial = serial(of);
    Path key = directory.resolve(serial + ".key");
    Files.deleteIfExists(key);
    try (SecretBuffer pem = of.key().privateKeyPem()) {
      SecretFile.create(key, pem.segment());
    }
    write(directory.resolve(serial + ".crt"), Pem.encode(of.leaf()));
    write(directory.resolve(CURRENT), serial + "\n");
  }

  private static String serial(TlsIdentity of) {
    return of.leaf().getSerialNumber().toString(16);
  }

  private static void write(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, text, StandardCharsets.US_ASCII);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public synchronized void close() {
    if (previous != null) {
      previous.close();
    }
    identity.key().close();
  }
}
