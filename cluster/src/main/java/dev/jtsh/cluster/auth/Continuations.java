// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.headless.ContinuationMessage;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.web.ContinuesJson;
import dev.jtsh.protocol.web.HeadlessLoginRequest;
import dev.jtsh.protocol.web.UserKeys;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Knows which headless sessions there were, so that an approver is told "continues your session"
 * only where that session's own key says so (security rule 12). Everything else is a new session.
 */
final class Continuations {
  private static final String PREFIX = "headless_sessions/";

  /** A laptop that slept over the end of its session may still go on with it. */
  private static final Duration REMEMBERED = Duration.ofHours(12);

  private static final int SIGNATURE_BYTES_MAX = 1024;

  private final Backend backend;
  private final InstantSource clock;

  Continuations(Backend backend, InstantSource clock) {
    this.backend = backend;
    this.clock = clock;
  }

  /**
   * A session that was approved.
   *
   * @param requestId the headless request
   * @param user who approved
   * @param sshPublicKey as sent
   * @param tlsPublicKey as sent; empty if the SSH key is used for both
   * @param kubeClusters the clusters that were shown
   * @param namespace the namespaces that were shown
   * @param approvedAt when
   * @param notAfter the end of the grant
   * @param host claimed host name
   * @param osUser claimed user there
   * @param address where it was asked for, {@code ip:port}
   */
  record Session(
      String requestId,
      String user,
      ByteString sshPublicKey,
      ByteString tlsPublicKey,
      List<String> kubeClusters,
      String namespace,
      Instant approvedAt,
      Instant notAfter,
      @Nullable String host,
      @Nullable String osUser,
      @Nullable String address) {
    /** Copies. */
    Session {
      kubeClusters = List.copyOf(kubeClusters);
    }
  }

  /** Remembers a session beyond its end. */
  void remember(Session session) {
    backend.put(
        key(session.user(), session.requestId()),
        WireJson.write(session),
        session.notAfter().plus(REMEMBERED));
  }

  /**
   * When the session was approved that a request goes on with: the proof is good, and nothing more
   * is asked for than that session had. Empty for a new session.
   */
  Optional<Instant> approvedAt(
      HeadlessLoginRequest request,
      UserKeys keys,
      @Nullable ContinuesJson proof,
      List<String> kubeClusters,
      String namespace) {
    if (proof == null || !UserRecord.isName(request.user())) {
      return Optional.empty();
    }
    return Stored.get(backend, key(request.user(), proof.requestId()), Session.class)
        .map(Stored::value)
        .filter(session -> session.kubeClusters().containsAll(kubeClusters))
        .filter(session -> session.namespace().equals(namespace))
        .filter(session -> isSigned(session, request.headlessId(), keys, proof.signature()))
        .map(Session::approvedAt);
  }

  /** How many sessions of this user are live now. */
  int liveSessions(String user) {
    return live(user).size();
  }

  /** The sessions of this user whose time is not over. */
  List<Session> live(String user) {
    if (!UserRecord.isName(user)) {
      return List.of();
    }
    Instant now = clock.instant();
    return Stored.all(backend, PREFIX + user + "/", Session.class).stream()
        .map(Stored::value)
        .filter(session -> now.isBefore(session.notAfter()))
        .toList();
  }

  private static boolean isSigned(
      Session session, String newId, UserKeys keys, ByteString signature) {
    if (signature.size() > SIGNATURE_BYTES_MAX) {
      return false;
    }
    try {
      PublicKey signer =
          SubmittedKeys.of(new UserKeys(session.sshPublicKey(), session.tlsPublicKey())).tls();
      Signature verifier =
          Signature.getInstance(
              signer.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
      verifier.initVerify(signer);
      verifier.update(
          ContinuationMessage.of(session.requestId(), newId, keys.ssh(), keys.tlsPem()));
      return verifier.verify(signature.toByteArray());
    } catch (GeneralSecurityException | WireException e) {
      return false; // Not a signature of this key: a new session.
    }
  }

  private static String key(String user, String requestId) {
    return PREFIX + user + "/" + requestId;
  }
}
