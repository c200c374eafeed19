// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster;

import dev.jtsh.nativebindings.SecretBuffer;
import dev.jtsh.nativebindings.SecretFile;
import dev.jtsh.pki.CertificateAuthority;
import dev.jtsh.pki.HeldKey;
import dev.jtsh.pki.KeyKind;
import dev.jtsh.pki.LeafRequest;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.tls.TlsIdentity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/**
 * Signs the certificate of the web port where the operator has none. An authority of its own: who
 * believes it for the web must not thereby believe hosts or users. Its key (0600) and certificate
 * stay in the data directory, so that clients trust it once.
 */
final class WebAuthority implements AutoCloseable {
  /** The certificate that clients shall trust. */
  static final String CERTIFICATE_FILE = "web-ca.pem";

  private static final String KEY_FILE = "web-ca.key";
  private static final Duration LIFE = Duration.ofDays(3650);
  private static final Duration LEAF_LIFE = Duration.ofDays(365);
  private static final Duration CLOCK_SKEW = Duration.ofMinutes(1);

  private final CertificateAuthority authority;
  private final InstantSource clock;

  private WebAuthority(CertificateAuthority authority, InstantSource clock) {
    this.authority = authority;
    this.clock = clock;
  }

  /** Reads the authority, or makes it at the first start. */
  static WebAuthority open(
      Path directory, String clusterName, InstantSource clock, SecureRandom random)
      throws IOException {
    HeldKey key = key(directory.resolve(KEY_FILE));
    try {
      Path file = directory.resolve(CERTIFICATE_FILE);
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        return new WebAuthority(
            CertificateAuthority.of(Pem.certificate(Files.readAllBytes(file)), key, random), clock);
      }
      Instant now = clock.instant();
      CertificateAuthority made =
          CertificateAuthority.create(
              clusterName, key, now.minus(CLOCK_SKEW), now.plus(LIFE), random);
      Path fresh = directory.resolve(CERTIFICATE_FILE + ".new");
      Files.writeString(fresh, Pem.encode(made.certificate()), StandardCharsets.US_ASCII);
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
      return new WebAuthority(made, clock);
    } catch (IOException | RuntimeException e) {
      key.close();
      throw e;
    }
  }

  private static HeldKey key(Path file) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return HeldKey.loadPem(file);
    }
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    HeldKey key = HeldKey.generate(KeyKind.P256);
    try (SecretBuffer pem = key.privateKeyPem()) {
      SecretFile.create(fresh, pem.segment());
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    return key;
  }

  /** A fresh certificate for the web port; the caller closes its key. */
  TlsIdentity identity(String publicHost) {
    HeldKey key = HeldKey.generate(KeyKind.P256);
    Instant now = clock.instant();
    List<String> names =
        publicHost.equals("localhost") ? List.of(publicHost) : List.of(publicHost, "localhost");
    var request =
        new LeafRequest(
            publicHost, names, List.of("127.0.0.1", "::1"), List.of(LeafRequest.Purpose.SERVER));
    return TlsIdentity.of(
        key,
        authority.issueLeaf(request, key.publicKey(), now.minus(CLOCK_SKEW), now.plus(LEAF_LIFE)));
  }

  @Override
  public void close() {
    authority.key().close();
  }
}
