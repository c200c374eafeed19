// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.concurrent.Future;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What becomes of a request: a {@link OwnAnswer}, or a {@link Forward} to an upstream. */
public sealed interface Ruling permits OwnAnswer, Ruling.Forward {

  /**
   * Send it on.
   *
   * @param head the outgoing request, built anew from what is allowed; its body is added as it
   *     comes from the caller
   * @param upstream where it goes
   * @param observer told of the answer
   */
  record Forward(HttpRequest head, Upstream upstream, Observer observer) implements Ruling {}

  /** Rules on the requests of one connection. */
  @FunctionalInterface
  interface Router {
    /**
     * Rules on one request. Called on the caller's event loop: must not block.
     *
     * @param request the caller's request without its body
     * @param upgrade the protocol it asks to turn into
     */
    CompletionStage<Ruling> rule(HttpRequest request, Optional<UpgradeProtocol> upgrade);
  }

  /** Where a request goes. */
  interface Upstream {
    /**
     * Opens a channel that carries this one exchange: HTTP objects both ways, {@code AUTO_READ}
     * off. Fails within a bound of its own.
     */
    Future<io.netty.channel.Channel> open();

    /** Whether this answer says that the connection is now the protocol asked for. */
    boolean isUpgraded(io.netty.handler.codec.http.HttpResponse answer, UpgradeProtocol asked);

    /** Takes HTTP out of the pipeline; bytes already read come out as bytes. */
    void becomePipe(io.netty.channel.ChannelPipeline pipeline);
  }

  /** Told once of the answer's status, and once of the end. */
  interface Observer {
    /** Does nothing. */
    Observer NONE =
        new Observer() {
          @Override
          public void answered(int status) {}

          @Override
          public void ended() {}
        };

    /** The status the caller gets; not called when it hung up before. */
    void answered(int status);

    /** Nothing more goes either way. */
    void ended();
  }
}
