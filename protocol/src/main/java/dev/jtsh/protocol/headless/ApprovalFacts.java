// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.protocol.headless;

import com.google.protobuf.ByteString;
import dev.jtsh.protocol.grpc.types.HeadlessAuthentication;
import dev.jtsh.protocol.web.WireTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything an approver sees and thereby grants, frozen when the request arrived (security rule
 * 3).
 *
 * @param id the headless id
 * @param user who shall approve
 * @param clientAddress where the request came from, {@code ip:port}
 * @param sshPublicKey authorized_keys line as sent
 * @param tlsPublicKey PEM as sent; empty if the SSH key is used for both
 * @param host claimed host name
 * @param osUser claimed operating-system user
 * @param kubeClusters resolved kube clusters, in the order they are shown
 * @param namespace the namespaces the session is limited to, with commas between them; empty for no
 *     limit
 * @param duration length of the session
 * @param requestedAt when the request arrived
 * @param firstSeen first request from this address for this user
 * @param continuesApprovedAt when the session was approved that this request provably goes on with,
 *     on the same clusters; null for a new session
 * @param liveSessions headless sessions of this user that are live as the request arrives
 */
public record ApprovalFacts(
    String id,
    String user,
    String clientAddress,
    ByteString sshPublicKey,
    ByteString tlsPublicKey,
    String host,
    String osUser,
    List<String> kubeClusters,
    String namespace,
    Duration duration,
    Instant requestedAt,
    boolean firstSeen,
    @Nullable Instant continuesApprovedAt,
    int liveSessions) {
  /** Keeps its own copy of the list. */
  public ApprovalFacts {
    kubeClusters = List.copyOf(kubeClusters);
  }

  /** Whether a request carries facts of ours at all; a plain Teleport request does not. */
  public static boolean areIn(HeadlessAuthentication request) {
    return request.hasJtshFacts();
  }

  /**
   * The facts of a request as it was read from the auth server.
   *
   * @throws IllegalArgumentException if the request carries none or they are out of range
   */
  public static ApprovalFacts of(HeadlessAuthentication request) {
    if (!areIn(request)) {
      throw new IllegalArgumentException("the request carries no facts");
    }
    var facts = request.getJtshFacts();
    ByteString ssh =
        request.getSshPublicKey().isEmpty() ? request.getPublicKey() : request.getSshPublicKey();
    return new ApprovalFacts(
        request.getHeader().getMetadata().getName(),
        request.getUser(),
        request.getClientIpAddress(),
        ssh,
        request.getTlsPublicKey(),
        facts.getHost(),
        facts.getOsUser(),
        facts.getKubeClustersList(),
        facts.getNamespace(),
        WireTime.duration(facts.getDuration()),
        WireTime.instant(facts.getRequestedAt()),
        facts.getFirstSeen(),
        facts.hasContinuesApprovedAt() ? WireTime.instant(facts.getContinuesApprovedAt()) : null,
        facts.getLiveSessions());
  }
}
