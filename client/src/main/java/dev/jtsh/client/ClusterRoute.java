// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.client;

import dev.jtsh.pki.tls.TlsContexts;
import dev.jtsh.pki.tls.TrustAnchors;
import dev.jtsh.protocol.net.ServiceNames;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The way to the services behind a proxy's one port: directly, through an HTTP proxy, and where a
 * load balancer ends TLS, inside HTTPS. What is needed of the last is found out once. Safe for many
 * threads.
 */
public final class ClusterRoute {
  private static final Duration TIME_MAX = Duration.ofSeconds(20);

  private final ProxyAddress address;
  private final Optional<HttpProxy> httpProxy;
  private final WebTrust trust;
  private final SecureRandom random = new SecureRandom();
  private volatile @Nullable Boolean upgrade;

  /**
   * Makes one.
   *
   * @param said whether the upgrade is needed; empty to find out
   */
  ClusterRoute(
      ProxyAddress address, Optional<HttpProxy> httpProxy, WebTrust trust, Optional<Boolean> said) {
    this.address = address;
    this.httpProxy = httpProxy;
    this.trust = trust;
    this.upgrade = said.orElse(null);
  }

  /** Name or address of whom to connect to first, without brackets. */
  public String host() {
    return httpProxy.map(HttpProxy::host).orElse(address.host());
  }

  /** The port of {@link #host}. */
  public int port() {
    return httpProxy.map(HttpProxy::port).orElse(address.port());
  }

  /** Whether a connection needs nothing but itself. Blocks while that is found out. */
  public boolean isDirect() {
    return httpProxy.isEmpty() && !needsUpgrade();
  }

  /** Whether connections go inside HTTPS. Blocks while that is found out, some seconds at most. */
  public boolean needsUpgrade() {
    Boolean known = upgrade;
    if (known != null) {
      return known;
    }
    return switch (new RouteProbe(trust, httpProxy).to(address)) {
      case RouteProbe.Direct direct -> remember(false);
      case RouteProbe.Balanced balanced -> remember(true);
      case RouteProbe.Unknown unknown -> false; // The connection itself will say what is wrong.
    };
  }

  private boolean remember(boolean needed) {
    upgrade = needed;
    return needed;
  }

  /** Begins to find out what is needed, so that nobody has to wait for it later. */
  public void explore() {
    if (upgrade == null) {
      Thread.ofVirtual().name("jtsh-route").start(this::needsUpgrade);
    }
  }

  /**
   * Goes the rest of the way on a connection to {@link #host}. Called on its event loop; does not
   * block.
   *
   * @return the channel, when the next bytes belong to the wanted service's TLS
   */
  public Future<Channel> open(Channel channel) {
    Promise<Channel> opened = channel.eventLoop().newPromise();
    var limit =
        channel
            .eventLoop()
            .schedule(
                () -> opened.tryFailure(new IOException("the way to the proxy took too long")),
                TIME_MAX.toMillis(),
                TimeUnit.MILLISECONDS);
    opened.addListener(done -> {
      limit.cancel(false);
      if (!done.isSuccess()) {
        channel.close();
      }
    });
    if (httpProxy.isPresent()) {
      tunnel(channel, httpProxy.get(), opened);
    } else {
      upgradeIfNeeded(channel, opened);
    }
    return opened;
  }

  private void tunnel(Channel channel, HttpProxy through, Promise<Channel> opened) {
    ask(
        channel,
        through.connect(address),
        opened,
        answer -> {
          if (!answer.success()) {
            throw new IOException(
                "the HTTP proxy %s refused the way to %s: HTTP %d"
                    .formatted(through, address, answer.status()));
          }
          upgradeIfNeeded(channel, opened);
        });
  }

  private void upgradeIfNeeded(Channel channel, Promise<Channel> opened) {
    Boolean known = upgrade;
    if (known == null) {
      // Off the event loop: the probe blocks.
      CompletableFuture.supplyAsync(
              this::needsUpgrade, task -> Thread.ofVirtual().name("jtsh-route").start(task))
          .whenComplete((needed, failure) ->
              channel
                  .eventLoop()
                  .execute(() -> upgradeOrNot(channel, Boolean.TRUE.equals(needed), opened)));
    } else {
      upgradeOrNot(channel, known, opened);
    }
  }

  private void upgradeOrNot(Channel channel, boolean needed, Promise<Channel> opened) {
    if (!needed) {
      opened.trySuccess(channel);
      return;
    }
    SslContext context =
        TlsContexts.client(null, new TrustAnchors(trust.anchors()), List.of(ServiceNames.HTTP_1_1));
    SslHandler tls =
        TlsContexts.clientHandler(
            context,
            channel.alloc(),
            address.host(),
            address.port(),
            RouteProbe.isName(address.host()) ? address.host() : null);
    channel.pipeline().addLast(tls);
    tls.handshakeFuture()
        .addListener(done -> {
          if (!done.isSuccess()) {
            opened.tryFailure(done.cause());
            return;
          }
          var request = new ConnectionUpgradeRequest(address, random);
          ask(
              channel,
              request.head(),
              opened,
              answer -> {
                request.accept(answer, channel.pipeline());
                opened.trySuccess(channel);
              });
        });
    channel.read();
  }

  private interface Step {
    void take(AnswerHead answer) throws IOException;
  }

  private static void ask(Channel channel, byte[] request, Promise<Channel> opened, Step next) {
    Promise<AnswerHead> answer = channel.eventLoop().newPromise();
    channel.pipeline().addLast(new HeadExchange(request, answer));
    answer.addListener(done -> {
      try {
        if (done.isSuccess()) {
          next.take(answer.getNow());
        } else {
          opened.tryFailure(done.cause());
        }
      } catch (IOException e) {
        opened.tryFailure(e);
      }
    });
  }
}
