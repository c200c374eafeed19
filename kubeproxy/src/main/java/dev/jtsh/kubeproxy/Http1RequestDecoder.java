// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.util.List;

/** Reads a client's HTTP/1.1 requests; what is ambiguous comes out as a failure. */
final class Http1RequestDecoder extends HttpRequestDecoder {
  private final StrictHead strict = new StrictHead();

  Http1RequestDecoder(int maxHeaderBytes) {
    super(StrictHead.config(maxHeaderBytes));
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int from = in.readerIndex();
    int firstNew = out.size();
    super.decode(ctx, in, out);
    strict.decoded(in, from, out, firstNew);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new BadMessageException("the length of the body is ambiguous");
  }

  /** Whether the client has sent bytes that are no whole message yet. */
  boolean holdsBytes() {
    return actualReadableBytes() > 0;
  }
}
