// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.config;

import dev.jtsh.cluster.auth.AccountSettings;
import dev.jtsh.cluster.auth.ApprovalChecks;
import dev.jtsh.cluster.auth.SsoSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Everything an operator can set.
 *
 * @param clusterName name of the Teleport-like cluster; part of every certificate
 * @param dataDirectory where keys, storage and the command socket are
 * @param listen where the one port listens
 * @param publicAddress where users reach it; a host name, for WebAuthn needs one
 * @param webCertificate the operator's certificate; our own if empty
 * @param headless whether headless logins are served
 * @param approval how much an approval must prove
 * @param approvalChecks what an approval needs besides the security key
 * @param defaultSessionTtl length of a session when nobody asks for another
 * @param mfaVerificationInterval how long new requests are served after an approval; zero for the
 *     whole session
 * @param sso logins at providers
 * @param accounts users of the cluster's own
 * @param kubernetes Kubernetes clusters this process serves
 * @param auditFile where audit events go, one JSON line each
 */
public record ClusterConfig(
    String clusterName,
    Path dataDirectory,
    HostPort listen,
    HostPort publicAddress,
    Optional<CertificateFiles> webCertificate,
    boolean headless,
    Approval approval,
    ApprovalChecks approvalChecks,
    Duration defaultSessionTtl,
    Duration mfaVerificationInterval,
    SsoSettings sso,
    AccountSettings accounts,
    List<KubeSource> kubernetes,
    Path auditFile) {
  /** Where the data is when nobody says otherwise. */
  public static final Path DEFAULT_DATA_DIRECTORY = Path.of("/var/lib/jtsh-cluster");

  static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,108}");

  /** How much an approval must prove (security rule 2). */
  public enum Approval {
    /** Requests carry facts, approvals name their digest. */
    STRICT,
    /** Plain Teleport requests and approvals pass too, marked as full logins. */
    COMPATIBLE;

    static Approval parse(String text) {
      return switch (text) {
        case "strict" -> STRICT;
        case "compatible" -> COMPATIBLE;
        default -> throw new IllegalArgumentException("write strict or compatible");
      };
    }

    /** The word of the configuration file. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Copies the list. */
  public ClusterConfig {
    kubernetes = List.copyOf(kubernetes);
  }

  /** The same, listening on the port that the system chose for port 0. */
  public ClusterConfig withPort(int port) {
    HostPort reached = publicAddress.port() == 0 ? publicAddress.withPort(port) : publicAddress;
    return new ClusterConfig(
        clusterName,
        dataDirectory,
        listen.withPort(port),
        reached,
        webCertificate,
        headless,
        approval,
        approvalChecks,
        defaultSessionTtl,
        mfaVerificationInterval,
        sso,
        accounts,
        kubernetes,
        auditFile);
  }
}
