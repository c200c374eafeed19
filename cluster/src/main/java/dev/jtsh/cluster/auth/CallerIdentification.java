// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.auth;

import dev.jtsh.cluster.net.CallerAddresses;
import dev.jtsh.pki.HostIdentity;
import dev.jtsh.pki.PkiException;
import dev.jtsh.pki.UserIdentity;
import dev.jtsh.pki.tls.TlsContexts;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.ServerTransportFilter;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who opened a connection. The TLS handshake proved that the peer has the key and that
 * one of our authorities signed; which of them decides here whether it is a user or a host, never
 * the subject (security rule 8).
 */
final class CallerIdentification extends ServerTransportFilter {
  static final Attributes.Key<Caller> CALLER = Attributes.Key.create("dev.jtsh.caller");
  private static final InetSocketAddress UNKNOWN = InetSocketAddress.createUnresolved("unknown", 0);

  private final String clusterName;
  private final Authorities authorities;
  private final CallerAddresses addresses;
  private final InstantSource clock;

  CallerIdentification(
      String clusterName, Authorities authorities, CallerAddresses addresses, InstantSource clock) {
    this.clusterName = clusterName;
    this.authorities = authorities;
    this.addresses = addresses;
    this.clock = clock;
  }

  @Override
  public Attributes transportReady(Attributes attributes) {
    SocketAddress peer = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    InetSocketAddress remote = peer == null ? UNKNOWN : addresses.get(peer).orElse(UNKNOWN);
    Caller caller = identify(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION), remote);
    return attributes.toBuilder().set(CALLER, caller).build();
  }

  @Override
  public void transportTerminated(@Nullable Attributes attributes) {
    if (attributes == null) {
      return; // It ended before it was ready, as a failed handshake does.
    }
    SocketAddress peer = attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
    if (peer != null) {
      addresses.remove(peer);
    }
  }

  private Caller identify(@Nullable SSLSession session, InetSocketAddress remote) {
    if (session == null) {
      return new Caller.Refused("access denied: TLS is needed", remote);
    }
    Certificate[] chain;
    try {
      chain = session.getPeerCertificates();
    } catch (SSLPeerUnverifiedException e) {
      return new Caller.Anonymous(remote);
    }
    X509Certificate leaf = TlsContexts.clientLeaf(chain).orElse(null);
    if (leaf == null) {
      return new Caller.Refused("access denied: intermediaries are not supported", remote);
    }
    try {
      if (isSignedByUsers(leaf)) {
        return user(leaf, remote);
      }
      authorities.hostAnchors().verifyLeaf(leaf, clock.instant());
      HostIdentity host = HostIdentity.of(leaf);
      return host.cluster().equals(clusterName)
          ? new Caller.Host(host, leaf, remote)
          : new Caller.Refused("access denied: host of another cluster", remote);
    } catch (PkiException e) {
      return new Caller.Refused("access denied: " + e.getMessage(), remote);
    }
  }

  private boolean isSignedByUsers(X509Certificate leaf) {
    try {
      authorities.userAnchors().verifyLeaf(leaf, clock.instant());
      return true;
    } catch (PkiException e) {
      return false; // A host's, or not valid; the next check says which.
    }
  }

  private Caller user(X509Certificate leaf, InetSocketAddress remote) {
    UserIdentity identity = UserIdentity.of(leaf);
    if (!identity.teleportCluster().filter(clusterName::equals).isPresent()) {
      return new Caller.Refused("access denied: user of another cluster", remote);
    }
    if (!identity.isUnrestricted()) {
      return new Caller.Refused(
          "access denied: this certificate is for Kubernetes only and cannot call auth", remote);
    }
    String pinned = identity.pinnedIp().orElse("");
    if (!pinned.isEmpty() && !pinned.equals(Addresses.ip(remote))) {
      return new Caller.Refused("pinned IP doesn't match observed client IP", remote);
    }
    return new Caller.User(identity, leaf, remote);
  }
}
