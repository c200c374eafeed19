// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import java.util.List;

/** Reads the cluster's HTTP/1.1 answers; what is ambiguous comes out as a failure. */
final class Http1ResponseDecoder extends HttpResponseDecoder {
  private final StrictHead strict = new StrictHead();
  private boolean answersHead;

  Http1ResponseDecoder(int maxHeaderBytes) {
    super(StrictHead.config(maxHeaderBytes));
  }

  /** Whether the next answer is one to a HEAD request. */
  void answersHead(boolean head) {
    answersHead = head;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    int from = in.readerIndex();
    int firstNew = out.size();
    super.decode(ctx, in, out);
    strict.decoded(in, from, out, firstNew);
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    int status = message instanceof HttpResponse response ? response.status().code() : 0;
    return (answersHead && status >= 200) || status < 200 || status == 204 || status == 304;
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new BadMessageException("the length of the body is ambiguous");
  }

  /** Whether more has come than belongs to the answers so far. */
  boolean holdsBytes() {
    return actualReadableBytes() > 0;
  }
}
