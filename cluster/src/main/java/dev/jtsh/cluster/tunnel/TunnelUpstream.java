// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.tunnel;

import dev.jtsh.cluster.http.Http2ClientStreamCodec;
import dev.jtsh.cluster.http.OneByOne;
import dev.jtsh.cluster.http.Ruling;
import dev.jtsh.cluster.http.TunnelHeaders;
import dev.jtsh.cluster.http.UpgradeProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.Future;

/** A stream to an agent, as where a request goes. */
public final class TunnelUpstream implements Ruling.Upstream {
  private final AgentConnection agent;
  private final boolean upgrade;

  TunnelUpstream(AgentConnection agent, boolean upgrade) {
    this.agent = agent;
    this.upgrade = upgrade;
  }

  @Override
  public Future<Channel> open() {
    return agent.open(upgrade);
  }

  @Override
  public boolean isUpgraded(HttpResponse answer, UpgradeProtocol asked) {
    return answer.status().equals(HttpResponseStatus.OK)
        && asked.token().equals(answer.headers().get(TunnelHeaders.UPGRADED));
  }

  @Override
  public void becomePipe(ChannelPipeline pipeline) {
    pipeline.get(Http2ClientStreamCodec.class).pipe();
    pipeline.remove(OneByOne.class);
  }
}
