// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.pki.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;

/**
 * A TLS context that presents whatever identity is the right one when a connection begins: a
 * certificate is renewed while its service runs. Connections that are open keep what they began
 * with.
 */
public final class FollowingContext extends SslContext {
  private record Made(TlsIdentity identity, SslContext context) {}

  private final Supplier<TlsIdentity> identity;
  private final Function<TlsIdentity, SslContext> maker;
  private volatile @Nullable Made made;

  /**
   * A context.
   *
   * @param identity asked at the begin of each connection; must be quick and give the same object
   *     as long as nothing changes
   * @param maker makes the context for an identity
   */
  public FollowingContext(Supplier<TlsIdentity> identity, Function<TlsIdentity, SslContext> maker) {
    this.identity = identity;
    this.maker = maker;
    current();
  }

  private SslContext current() {
    TlsIdentity wanted = identity.get();
    Made now = made;
    if (now == null || !now.identity().equals(wanted)) {
      now = new Made(wanted, maker.apply(wanted));
      made = now;
    }
    return now.context();
  }

  @Override
  public boolean isClient() {
    return current().isClient();
  }

  @Override
  public List<String> cipherSuites() {
    return current().cipherSuites();
  }

  @Override
  @SuppressWarnings("deprecation") // Every SslContext has to give one.
  public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
    return current().applicationProtocolNegotiator();
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator) {
    return current().newEngine(allocator);
  }

  @Override
  public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
    return current().newEngine(allocator, peerHost, peerPort);
  }

  @Override
  protected SslHandler newHandler(ByteBufAllocator allocator, boolean startTls) {
    // Not by newEngine: a handler's engine is made in another, quicker way.
    return startTls ? super.newHandler(allocator, startTls) : current().newHandler(allocator);
  }

  @Override
  protected SslHandler newHandler(
      ByteBufAllocator allocator, String peerHost, int peerPort, boolean startTls) {
    return startTls
        ? super.newHandler(allocator, peerHost, peerPort, startTls)
        : current().newHandler(allocator, peerHost, peerPort);
  }

  @Override
  public SSLSessionContext sessionContext() {
    return current().sessionContext();
  }
}
