// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.cluster.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Reads HTTP/1.1 requests and takes none of the liberties that let two readers disagree (security
 * rule 29): no folded header lines, no bare LF, no Transfer-Encoding beside Content-Length, no
 * second Content-Length, no other coding than {@code chunked}. A request that breaks a rule comes
 * out with a failed {@link DecoderResult}. A request without a body comes out as a full one.
 */
final class StrictRequestDecoder extends HttpRequestDecoder {
  private final Queue<HttpMethod> methods; // Of requests not answered yet, for the encoder.
  private boolean inHead;
  private @Nullable ByteBuf current;

  StrictRequestDecoder(int headBytesMax, int chunkBytesMax, Queue<HttpMethod> methods) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(headBytesMax)
            .setMaxHeaderSize(headBytesMax)
            .setMaxChunkSize(chunkBytesMax)
            .setAllowPartialChunks(true)
            .setAllowDuplicateContentLengths(false)
            .setStrictLineParsing(true)
            .setValidateHeaders(true));
    this.methods = methods;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (inHead) {
      refuseFoldedLines(in);
    }
    current = in;
    super.decode(ctx, in, out);
    current = null;
    if (!out.isEmpty()) {
      inHead = false;
      if (out.getFirst() instanceof HttpRequest request) {
        methods.add(request.method());
        out.set(0, checked(request, out));
      }
    }
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) throws Exception {
    inHead = true;
    if (current != null) {
      refuseFoldedLines(current);
    }
    return super.createMessage(initialLine);
  }

  /** The reader stands at the start of a line: only whole lines are ever consumed. */
  private static void refuseFoldedLines(ByteBuf in) {
    int at = in.readerIndex();
    while (at < in.writerIndex()) {
      byte first = in.getByte(at);
      if (first == ' ' || first == '\t') {
        throw new IllegalArgumentException("a header line is folded");
      }
      if (first == '\r' || first == '\n') {
        return; // The head ends here.
      }
      int lineEnd = in.indexOf(at, in.writerIndex(), (byte) '\n');
      if (lineEnd < 0) {
        return;
      }
      at = lineEnd + 1;
    }
  }

  private static HttpRequest checked(HttpRequest request, List<Object> out) {
    if (request.decoderResult().isFailure()) {
      return request;
    }
    String fault = fault(request);
    if (fault != null) {
      request.setDecoderResult(DecoderResult.failure(new IllegalArgumentException(fault)));
      return request;
    }
    if (out.size() == 2 && out.get(1).equals(LastHttpContent.EMPTY_LAST_CONTENT)) {
      out.remove(1);
      var full =
          new DefaultFullHttpRequest(
              request.protocolVersion(),
              request.method(),
              request.uri(),
              io.netty.buffer.Unpooled.EMPTY_BUFFER,
              request.headers(),
              DefaultHttpHeadersFactory.trailersFactory().newEmptyHeaders());
      full.setDecoderResult(request.decoderResult());
      return full;
    }
    return request;
  }

  private static @Nullable String fault(HttpRequest request) {
    HttpHeaders headers = request.headers();
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return "only HTTP/1.1 is spoken here";
    }
    if (!codings.isEmpty()
        && (codings.size() > 1 || !codings.getFirst().strip().equalsIgnoreCase("chunked"))) {
      return "the only transfer coding accepted is chunked, once";
    }
    if (!codings.isEmpty() && headers.contains(HttpHeaderNames.CONTENT_LENGTH)) {
      return "a request has Transfer-Encoding and Content-Length";
    }
    if (headers.getAll(HttpHeaderNames.HOST).size() != 1) {
      return "a request needs exactly one Host";
    }
    return null;
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("a request has Transfer-Encoding and Content-Length");
  }
}
