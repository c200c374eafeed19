// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TrustAnchors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Set;

/**
 * The authorities of a cluster, for hosts and for users, each with a TLS and an SSH key. Made at
 * the first start, kept in the directory {@code ca/} of the data directory.
 *
 * <p>In memory a private key is a handle to native memory. In its file (0600, in a directory 0700)
 * it is plain PEM: this protects it from other users of the machine and from nobody who gets a copy
 * of the disk.
 */
final class Authorities implements AutoCloseable {
  private static final Period LIFE = Period.ofYears(10);

  private final CertificateAuthority host;
  private final CertificateAuthority user;
  private final CertificateAuthority hostSsh;
  private final CertificateAuthority userSsh;

  private Authorities(
      CertificateAuthority host,
      CertificateAuthority user,
      CertificateAuthority hostSsh,
      CertificateAuthority userSsh) {
    this.host = host;
    this.user = user;
    this.hostSsh = hostSsh;
    this.userSsh = userSsh;
  }

  /** Reads the authorities, making those that are not there. */
  static Authorities open(
      Path dataDirectory, String clusterName, InstantSource clock, SecureRandom random)
      throws IOException {
    Path directory = dataDirectory.resolve("ca");
    if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
    var store = new Store(directory, clusterName, clock.instant(), random);
    return new Authorities(
        store.withCertificate("host"),
        store.withCertificate("user"),
        store.keyOnly("host-ssh"),
        store.keyOnly("user-ssh"));
  }

  /** Signs host certificates. */
  CertificateAuthority host() {
    return host;
  }

  /** Signs user certificates. */
  CertificateAuthority user() {
    return user;
  }

  /** Its key stands in known_hosts files. */
  CertificateAuthority hostSsh() {
    return hostSsh;
  }

  /** Signs the SSH certificates of users. */
  CertificateAuthority userSsh() {
    return userSsh;
  }

  /** Whom to believe to be a host. */
  TrustAnchors hostAnchors() {
    return TrustAnchors.of(host.certificate());
  }

  /** Whom to believe to be a user. */
  TrustAnchors userAnchors() {
    return TrustAnchors.of(user.certificate());
  }

  @Override
  public void close() {
    host.key().close();
    user.key().close();
    hostSsh.key().close();
    userSsh.key().close();
  }

  private record Store(Path directory, String clusterName, Instant now, SecureRandom random) {

    CertificateAuthority withCertificate(String name) throws IOException {
      HeldKey key = key(name);
      Path file = directory.resolve(name + ".crt");
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        X509Certificate certificate = Pem.certificate(Files.readAllBytes(file));
        return CertificateAuthority.of(certificate, key, random);
      }
      CertificateAuthority made = create(key);
      byte[] pem = Pem.encode(made.certificate()).getBytes(StandardCharsets.US_ASCII);
      write(file, ByteBuffer.wrap(pem));
      return made;
    }

    /** SSH authorities are keys; the certificate around one here is never shown to anybody. */
    CertificateAuthority keyOnly(String name) throws IOException {
      return create(key(name));
    }

    private CertificateAuthority create(HeldKey key) {
      Instant end = now.atZone(ZoneOffset.UTC).plus(LIFE).toInstant();
      return CertificateAuthority.create(
          clusterName, key, now.minus(CertificateIssuer.CLOCK_SKEW), end, random);
    }

    private HeldKey key(String name) throws IOException {
      Path file = directory.resolve(name + ".key");
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return HeldKey.loadPem(file);
      }
      HeldKey key = HeldKey.generate(KeyKind.P256);
      try (SecretBuffer pem = key.privateKeyPem()) {
        write(file, pem.segment().asByteBuffer());
      }
      return key;
    }

    /** All or nothing: the file appears under its name only when its bytes are on the disk. */
    private void write(Path file, ByteBuffer content) throws IOException {
      Path fresh = file.resolveSibling(file.getFileName() + ".new");
      Files.deleteIfExists(fresh);
      var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      try (FileChannel channel =
          FileChannel.open(
              fresh, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
        while (content.hasRemaining()) {
          channel.write(content);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
