// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.kube;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The last handler before a request leaves for the API server: lets exactly one request through,
 * and only if it impersonates exactly what was decided. A request that lost its headers on the way
 * would else run as the agent, who may do everything (security rule 4).
 */
final class ImpersonationGuard extends ChannelOutboundHandlerAdapter {
  private final Impersonation decided;
  private boolean passed;

  ImpersonationGuard(Impersonation decided) {
    this.decided = decided;
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object msg, ChannelPromise promise) {
    boolean head = msg instanceof HttpRequest || msg instanceof Http2HeadersFrame;
    if (head ? !passed && isAsDecided(headers(msg)) : passed) {
      passed = true;
      ctx.write(msg, promise);
      return;
    }
    ReferenceCountUtil.release(msg);
    promise.setFailure(
        new IllegalStateException("a request without the decided impersonation was held back"));
    ctx.close();
  }

  private static List<Map.Entry<String, String>> headers(Object head) {
    List<Map.Entry<String, String>> result = new ArrayList<>();
    if (head instanceof HttpRequest request) {
      request.headers().forEach(result::add);
    } else if (head instanceof Http2HeadersFrame frame) {
      frame.headers().forEach(h -> result.add(Map.entry(h.getKey() + "", h.getValue() + "")));
    }
    return result;
  }

  private boolean isAsDecided(List<Map.Entry<String, String>> headers) {
    List<String> users = new ArrayList<>();
    List<String> groups = new ArrayList<>();
    for (Map.Entry<String, String> header : headers) {
      String name = header.getKey().toLowerCase(Locale.ROOT).replace('_', '-');
      if (name.equals("impersonate-user")) {
        users.add(header.getValue());
      } else if (name.equals("impersonate-group")) {
        groups.add(header.getValue());
      } else if (name.startsWith(Impersonation.PREFIX)
          || (name.equals("connection") && !header.getValue().equalsIgnoreCase("upgrade"))) {
        return false;
      }
    }
    return users.equals(List.of(decided.user()))
        && groups.size() == decided.groups().size()
        && new HashSet<>(groups).equals(new HashSet<>(decided.groups()));
  }
}
