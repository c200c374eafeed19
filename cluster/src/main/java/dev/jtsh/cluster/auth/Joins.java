// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import com.google.protobuf.ByteString;
import dev.jtsh.cluster.audit.AuditEvent;
import dev.jtsh.cluster.audit.AuditLog;
import dev.jtsh.cluster.storage.Backend;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.Pem;
import dev.jtsh.pki.PkiException;
import dev.jtsh.protocol.error.ErrorKind;
import dev.jtsh.protocol.error.WireException;
import dev.jtsh.protocol.json.WireJson;
import dev.jtsh.protocol.kube.KubeClusterName;
import dev.jtsh.protocol.web.AgentJoinRequest;
import dev.jtsh.protocol.web.AgentJoinResponse;
import java.net.InetSocketAddress;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Join tokens of kube agents: one use, one hour, for named kube clusters (security rule 9). A token
 * is shown once and stored as a hash.
 */
public final class Joins {
  /** Longest life of a token. */
  public static final Duration LIFE_MAX = Duration.ofHours(1);

  private static final String PREFIX = "join_tokens/";
  private static final int CLUSTERS_MAX = 100;
  private static final int TRIES_PER_MINUTE_MAX = 20;
  private final Backend backend;
  private final HostIdentities hosts;
  private final KubePresence presence;
  private final Authorities authorities;
  private final AuditLog audit;
  private final InstantSource clock;
  private final SecureRandom random;
  private final Attempts attempts;

  Joins(
      Backend backend,
      HostIdentities hosts,
      KubePresence presence,
      Authorities authorities,
      AuditLog audit,
      InstantSource clock,
      SecureRandom random) {
    this.backend = backend;
    this.hosts = hosts;
    this.presence = presence;
    this.authorities = authorities;
    this.audit = audit;
    this.clock = clock;
    this.random = random;
    this.attempts = new Attempts(clock, TRIES_PER_MINUTE_MAX);
  }

  /** What became of a wish for a token. */
  public sealed interface Creation {
    /**
     * A token.
     *
     * @param token 32 hex digits; secret, shown once
     * @param expires when it ends
     */
    record Created(String token, List<String> kubeClusters, Instant expires) implements Creation {
      @Override
      public String toString() {
        return "Created[token hidden, kubeClusters=" + kubeClusters + "]";
      }
    }

    /** A name is malformed, or there is none, or the life is out of bounds. */
    record Refused(String reason) implements Creation {}
  }

  /** What became of a wish to join. */
  public sealed interface Joining {
    /**
     * The agent is part of the cluster.
     *
     * @param certificate its host certificate, naming the kube clusters
     * @param hostAuthority whom it shall believe to be a host
     * @param userAuthority whom it shall believe to be a user
     */
    record Joined(
        X509Certificate certificate,
        X509Certificate hostAuthority,
        X509Certificate userAuthority,
        List<String> kubeClusters)
        implements Joining {}

    /** The token is unknown, used or too old, or does not allow this. */
    record Refused(String reason) implements Joining {}
  }

  /**
   * A token as listed: its hash's first digits, never itself.
   *
   * @param name first 12 hex digits of the hash
   */
  public record Listed(String name, List<String> kubeClusters, boolean second, Instant expires) {}

  private record Token(List<String> kubeClusters, boolean second, Instant expires) {}

  /**
   * Makes a token.
   *
   * @param kubeClusters the only names the agent may serve
   * @param second whether the agent may serve a name that another agent serves now
   * @param life at most {@link #LIFE_MAX}
   */
  public Creation create(List<String> kubeClusters, boolean second, Duration life) {
    if (kubeClusters.isEmpty()
        || kubeClusters.size() > CLUSTERS_MAX
        || kubeClusters.stream().anyMatch(name -> KubeClusterName.of(name).isEmpty())) {
      return new Creation.Refused("give 1 to 100 kube cluster names of letters, digits, . _ -");
    }
    if (life.isNegative() || life.isZero() || life.compareTo(LIFE_MAX) > 0) {
      return new Creation.Refused("a join token lives at most one hour");
    }
    String token = Tokens.random(random);
    Instant expires = clock.instant().plus(life);
    List<String> names = kubeClusters.stream().distinct().sorted().toList();
    backend.put(
        PREFIX + Tokens.hash(token), WireJson.write(new Token(names, second, expires)), expires);
    audit.emit(
        AuditEvent.of(AuditEvent.Type.TOKEN_CREATED)
            .with("roles", List.of("Kube"))
            .with("kubernetes_clusters", names)
            .with("expires", expires.toString())
            .build());
    return new Creation.Created(token, names, expires);
  }

  /** The tokens that were not used yet. */
  public List<Listed> list() {
    return Stored.all(backend, PREFIX, Token.class).stream()
        .map(stored ->
            new Listed(
                stored.item().key().substring(PREFIX.length(), PREFIX.length() + 12),
                stored.value().kubeClusters(),
                stored.value().second(),
                stored.value().expires()))
        .toList();
  }

  /** Removes an unused token by the name it is listed under; false when there is none. */
  public boolean remove(String name) {
    return name.matches("[0-9a-f]{12}")
        && Stored.all(backend, PREFIX + name, Token.class).stream()
            .anyMatch(stored -> backend.delete(stored.item().key()));
  }

  /**
   * Trades a token for a host certificate. Of several who try with one token, one succeeds. Blocks.
   *
   * @param hostId the agent's UUID
   * @param key the agent's public key
   */
  public Joining join(String token, PublicKey key, String hostId, InetSocketAddress remote) {
    if (!attempts.tryOnce(SourceNetwork.of(remote).address())) {
      return refused(hostId, remote, "too many attempts, try again in a minute");
    }
    if (!HostId.FORM.matcher(hostId).matches()) {
      return refused("", remote, "the host id is not a UUID");
    }
    Optional<Stored<Token>> stored =
        Tokens.isToken(token)
            ? Stored.get(backend, PREFIX + Tokens.hash(token), Token.class)
            : Optional.empty();
    if (stored.isEmpty()) {
      return refused(hostId, remote, "the join token is unknown, used or too old");
    }
    Token value = stored.get().value();
    List<String> taken =
        value.kubeClusters().stream().filter(n -> presence.servedByOther(n, hostId)).toList();
    if (!taken.isEmpty() && !value.second()) {
      return refused(
          hostId, remote, "another agent serves this kube cluster; the token allows no second one");
    }
    if (!backend.delete(stored.get().item().key(), stored.get().item().revision())) {
      return refused(hostId, remote, "the join token is unknown, used or too old");
    }
    try {
      X509Certificate certificate = hosts.joined(hostId, value.kubeClusters(), key);
      audit.emit(
          AuditEvent.of(AuditEvent.Type.INSTANCE_JOINED)
              .with("success", true)
              .with("host_id", hostId)
              .with("role", "Kube")
              .with("kubernetes_clusters", value.kubeClusters())
              .with("addr.remote", Addresses.ipAndPort(remote))
              .build());
      return new Joining.Joined(
          certificate,
          authorities.host().certificate(),
          authorities.user().certificate(),
          value.kubeClusters());
    } catch (PkiException e) {
      return refused(hostId, remote, "the agent's key is not accepted");
    }
  }

  /**
   * The same over the wire.
   *
   * @throws WireException of kind ACCESS_DENIED when the token is not taken, BAD_PARAMETER for a
   *     key that cannot be read
   */
  public AgentJoinResponse join(AgentJoinRequest request, InetSocketAddress remote) {
    PublicKey key = SubmittedKeys.tlsKey(ByteString.copyFromUtf8(request.publicKey()));
    return switch (join(request.token(), key, request.hostId(), remote)) {
      case Joining.Joined joined ->
          new AgentJoinResponse(
              hosts.clusterName(),
              Pem.encode(joined.certificate()),
              Pem.encode(joined.hostAuthority()),
              Pem.encode(joined.userAuthority()),
              joined.kubeClusters());
      case Joining.Refused(String reason) ->
          throw new WireException(ErrorKind.ACCESS_DENIED, reason);
    };
  }

  /**
   * A new certificate for an agent that has one, with the same names. Blocks.
   *
   * @param agent the identity of the agent's verified certificate
   * @throws WireException of kind BAD_PARAMETER when the key is not accepted
   */
  X509Certificate renew(HostIdentity agent, PublicKey key, InetSocketAddress remote) {
    X509Certificate certificate;
    try {
      certificate = hosts.joined(agent.hostId(), agent.kubeClusters(), key);
    } catch (PkiException e) {
      throw new WireException(ErrorKind.BAD_PARAMETER, "the agent's key is not accepted");
    }
    audit.emit(
        AuditEvent.of(AuditEvent.Type.HOST_RENEWED)
            .with("server_id", agent.hostId())
            .with("role", "Kube")
            .with("kubernetes_clusters", agent.kubeClusters())
            .with("expires", certificate.getNotAfter().toInstant().toString())
            .with("addr.remote", Addresses.ipAndPort(remote))
            .build());
    return certificate;
  }

  private Joining refused(String hostId, InetSocketAddress remote, String reason) {
    audit.emit(
        AuditEvent.of(AuditEvent.Type.INSTANCE_JOIN_FAILED)
            .with("success", false)
            .with("host_id", Logins.bounded(hostId))
            .with("role", "Kube")
            .with("error", reason)
            .with("addr.remote", Addresses.ipAndPort(remote))
            .build());
    return new Joining.Refused(reason);
  }
}
