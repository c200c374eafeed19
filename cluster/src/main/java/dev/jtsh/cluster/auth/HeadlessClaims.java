// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.access.AccessView;
import dev.jtsh.cluster.access.KubeAccess;
import dev.jtsh.cluster.access.KubeClusterRecord;
import dev.jtsh.cluster.access.Role;
import dev.jtsh.pki.HeadlessId;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.headless.ApprovalFacts;
import dev.jtsh.protocol.headless.MatchNumber;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.NamespaceScope;
import dev.jtsh.protocol.web.HeadlessFactsJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.UserKeys;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads a posted headless request and freezes its facts: which clusters it means is decided here,
 * once, and not again at the approval (security rule 3).
 */
final class HeadlessClaims {
  private static final int KEY_BYTES_MAX = 8 * 1024;
  private static final int NAME_CHARS_MAX = 253;
  private static final int NAMESPACES_CHARS_MAX = NamespaceScope.NAMES_MAX * 64;
  private static final int CLUSTERS_MAX = 500;
  private static final int LABELS_MAX = 32;
  private static final int QUERY_CHARS_MAX = 4096;

  private final AuthSettings settings;
  private final Users users;
  private final AccessView access;
  private final HeadlessStore store;
  private final Continuations continuations;
  private final Suspensions suspensions;
  private final InstantSource clock;
  private final byte[] nonceKey = new byte[MatchNumber.PART_BYTES];

  HeadlessClaims(
      AuthSettings settings,
      Users users,
      AccessView access,
      HeadlessStore store,
      Continuations continuations,
      Suspensions suspensions,
      InstantSource clock,
      SecureRandom random) {
    this.settings = settings;
    this.users = users;
    this.access = access;
    this.store = store;
    this.continuations = continuations;
    this.suspensions = suspensions;
    this.clock = clock;
    random.nextBytes(nonceKey);
  }

  /** What was posted, in one fixed form: a second POST must hash to the same. */
  private record Claim(
      String user,
      String id,
      ByteString ssh,
      ByteString tls,
      String routeToCluster,
      String kubernetesCluster,
      String compatibility,
      HeadlessFactsJson facts) {}

  /**
   * Reads a request.
   *
   * @throws WireException of kind BAD_PARAMETER for a request without user, ACCESS_DENIED for
   *     everything else that is wrong; the message is for the log
   */
  HeadlessRecord freeze(HeadlessLoginRequest request, InetSocketAddress remote) {
    if (request.user().isEmpty()) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "missing parameter 'username'");
    }
    if (!settings.headlessAllowed()) {
      throw refused("headless logins are off");
    }
    if (!UserRecord.isName(request.user())) {
      throw refused("the user name is malformed");
    }
    UserKeys keys = keys(request);
    HeadlessFactsJson claimed = request.jtsh();
    boolean standard = claimed == null;
    boolean codeWanted = settings.approvalChecks().reverseCode();
    if (codeWanted && !takesCode(claimed) && !isContinuation(claimed)) {
      throw noCode();
    }
    if (standard && settings.headlessApproval() == AuthSettings.HeadlessApproval.STRICT) {
      throw refused("a request without facts is refused: headless_approval is strict, use jtsh");
    }
    if (suspensions.isSuspended(request.user(), SourceNetwork.of(remote))) {
      throw refused("headless logins of this user are suspended, or from this address");
    }
    HeadlessFactsJson facts =
        claimed == null
            ? new HeadlessFactsJson(
                "", "", List.of(), new TreeMap<>(), "", false, "", java.time.Duration.ZERO)
            : checked(claimed);
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    List<Role> roles =
        users.get(request.user()).map(u -> access.roles(u.roles())).orElse(List.of());
    List<String> clusters = resolve(facts, roles);
    Optional<Instant> continues =
        continuations.approvedAt(request, keys, facts.continues(), clusters, facts.namespace());
    var frozen =
        new ApprovalFacts(
            request.headlessId(),
            request.user(),
            Addresses.ipAndPort(remote),
            keys.ssh(),
            keys.tlsPem(),
            facts.host(),
            facts.osUser(),
            clusters,
            facts.namespace(),
            HeadlessGrantIssuer.sessionLength(settings, roles, facts.duration()),
            now,
            !store.isKnownSource(request.user(), SourceNetwork.of(remote)),
            continues.orElse(null),
            continuations.liveSessions(request.user()));
    if (codeWanted && !takesCode(claimed) && continues.isEmpty()) {
      throw noCode();
    }
    if (!standard
        && continues.isEmpty()
        && facts.numberCommitment().isEmpty()
        && settings.headlessApproval() == AuthSettings.HeadlessApproval.STRICT) {
      throw refused("a request without a number is refused: headless_approval is strict");
    }
    String digest = digest(request, keys, facts);
    return HeadlessRecord.pending(
        frozen,
        standard,
        digest,
        continues.isPresent()
            ? HeadlessNumber.NONE
            : HeadlessNumber.committed(facts.numberCommitment(), nonce(digest)),
        isPrivileged(roles, clusters),
        codeWanted && continues.isEmpty() ? ReverseCode.ASKED : null,
        now.plus(settings.headlessLimits().lifetime()));
  }

  private static boolean takesCode(@Nullable HeadlessFactsJson claimed) {
    return claimed != null && claimed.takesCode() && !claimed.numberCommitment().isEmpty();
  }

  private static boolean isContinuation(@Nullable HeadlessFactsJson claimed) {
    return claimed != null && claimed.continues() != null;
  }

  /** Told to anybody who asks so, whoever the user is: it says nothing of the user. */
  private static WireException noCode() {
    return new WireException(
        ErrorKind.BAD_PARAMETER,
        "this cluster wants a code typed on the terminal that asks (reverse_code): use jtsh, with a"
            + " person at its terminal");
  }

  /**
   * The same with the clusters and the length that its user's roles give now. A provider's user,
   * and the roles, may be known only by the login that looks at the request; from the first look on
   * nothing changes any more. What goes on with a session stays what was proven for it.
   */
  HeadlessRecord asOfNow(HeadlessRecord record, HeadlessLoginRequest posted) {
    HeadlessFactsJson facts = posted.jtsh();
    ApprovalFacts then = record.facts();
    if (facts == null || then.continuesApprovedAt() != null) {
      return record;
    }
    List<Role> roles = users.get(then.user()).map(u -> access.roles(u.roles())).orElse(List.of());
    List<String> clusters = resolve(facts, roles);
    return record.showing(
        new ApprovalFacts(
            then.id(),
            then.user(),
            then.clientAddress(),
            then.sshPublicKey(),
            then.tlsPublicKey(),
            then.host(),
            then.osUser(),
            clusters,
            then.namespace(),
            HeadlessGrantIssuer.sessionLength(settings, roles, facts.duration()),
            then.requestedAt(),
            then.firstSeen(),
            null,
            then.liveSessions()),
        isPrivileged(roles, clusters));
  }

  /** Whether a role that the operator named opens one of these clusters. */
  private boolean isPrivileged(List<Role> roles, List<String> clusters) {
    Set<String> named = settings.approvalChecks().typedNumberRoles();
    List<Role> privileged = roles.stream().filter(role -> named.contains(role.name())).toList();
    return !privileged.isEmpty()
        && access.kubeClusters().stream()
            .filter(cluster -> clusters.contains(cluster.name()))
            .anyMatch(cluster -> KubeAccess.reaches(privileged, cluster));
  }

  private UserKeys keys(HeadlessLoginRequest request) {
    UserKeys keys;
    try {
      keys = request.keys();
      if (keys.ssh().size() > KEY_BYTES_MAX || keys.tlsPem().size() > KEY_BYTES_MAX) {
        throw refused("a public key is too long");
      }
      SubmittedKeys parsed = SubmittedKeys.of(keys);
      if (parsed.ssh().isEmpty()) {
        throw refused("a headless request needs an SSH key");
      }
    } catch (WireException e) {
      throw refused(e.error().message());
    }
    String id = HeadlessId.of(keys.ssh().toByteArray()).toString();
    if (!id.equals(request.headlessId())) {
      throw refused("the id does not come from the key");
    }
    return keys;
  }

  private static HeadlessFactsJson checked(HeadlessFactsJson facts) {
    if (facts.host().length() > NAME_CHARS_MAX
        || facts.osUser().length() > NAME_CHARS_MAX
        || facts.namespace().length() > NAMESPACES_CHARS_MAX
        || facts.kubeClusters().size() > CLUSTERS_MAX
        || facts.kubeClusters().stream().anyMatch(c -> c.length() > NAME_CHARS_MAX)
        || facts.labels().size() > LABELS_MAX
        || facts.query().length() > QUERY_CHARS_MAX
        || facts.numberCommitment().size() > MatchNumber.PART_BYTES) {
      throw refused("facts are too long");
    }
    return new HeadlessFactsJson(
        facts.host(),
        facts.osUser(),
        facts.kubeClusters(),
        new TreeMap<>(facts.labels()),
        facts.query(),
        facts.all(),
        namespaces(facts.namespace()).toString(),
        facts.duration(),
        facts.continues(),
        facts.numberCommitment(),
        facts.takesCode());
  }

  /** The same for the same claim, so that a POST that comes again finds its number again. */
  private ByteString nonce(String claimDigest) {
    byte[] claim = claimDigest.getBytes(StandardCharsets.US_ASCII);
    byte[] input = Arrays.copyOf(nonceKey, nonceKey.length + claim.length);
    System.arraycopy(claim, 0, input, nonceKey.length, claim.length);
    return ByteString.copyFrom(Tokens.sha256(input));
  }

  private static NamespaceScope namespaces(String claimed) {
    try {
      return NamespaceScope.parse(claimed);
    } catch (IllegalArgumentException e) {
      throw refused(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The clusters that are meant and that the user may use. Names the user may not use are left out
   * without a word here, for the requester is a stranger; the approver sees what is left.
   */
  private List<String> resolve(HeadlessFactsJson facts, List<Role> roles) {
    Predicate<KubeClusterRecord> wanted;
    if (facts.all()) {
      wanted = cluster -> true;
    } else if (!facts.labels().isEmpty() || !facts.query().isEmpty()) {
      wanted = ResourceFilter.labels(facts.labels()).and(ResourceFilter.expression(facts.query()));
      wanted = wanted.or(cluster -> facts.kubeClusters().contains(cluster.name()));
    } else {
      wanted = cluster -> facts.kubeClusters().contains(cluster.name());
    }
    return access.kubeClusters().stream()
        .filter(wanted)
        .filter(cluster -> KubeAccess.reaches(roles, cluster))
        .map(KubeClusterRecord::name)
        .limit(CLUSTERS_MAX)
        .toList();
  }

  private static String digest(
      HeadlessLoginRequest request, UserKeys keys, HeadlessFactsJson facts) {
    var claim =
        new Claim(
            request.user(),
            request.headlessId(),
            keys.ssh(),
            keys.tlsPem(),
            request.routeToCluster(),
            request.kubernetesCluster(),
            request.compatibility(),
            facts);
    return HexFormat.of().formatHex(Tokens.sha256(WireJson.write(claim)));
  }

  private static WireException refused(String reason) {
    return new WireException(ErrorKind.ACCESS_DENIED, reason);
  }
}
