// SPDX-License-Identifier: Apache-2.0
package dev.jtsh.kubeproxy;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Watches the bytes of HTTP/1.1 heads as they are decoded and finds what the decoder would mend in
 * silence: folded lines, bare line feeds and control characters (security rule 29).
 */
final class StrictHead {
  private boolean inHead = true;
  private boolean malformed;
  private byte last = '\n';

  static HttpDecoderConfig config(int maxHeaderBytes) {
    return new HttpDecoderConfig()
        .setMaxInitialLineLength(maxHeaderBytes)
        .setMaxHeaderSize(maxHeaderBytes)
        .setMaxChunkSize(64 * 1024)
        .setStrictLineParsing(true);
  }

  /** Looks at what one call of a decoder has consumed and produced. */
  void decoded(ByteBuf in, int from, List<Object> out, int firstNew) {
    if (inHead) {
      for (int i = from; i < in.readerIndex() && inHead; i++) {
        accept(in.getByte(i));
      }
    }
    for (int i = firstNew; i < out.size(); i++) {
      Object made = out.get(i);
      if (made instanceof HttpMessage message) {
        if (malformed && message.decoderResult().isSuccess()) {
          message.setDecoderResult(
              DecoderResult.failure(new BadMessageException("a malformed header block")));
        }
        inHead = false;
      }
      if (made instanceof LastHttpContent) {
        inHead = true;
        malformed = false;
        last = '\n';
      }
    }
  }

  private void accept(byte b) {
    boolean startOfLine = last == '\n';
    if ((startOfLine && (b == ' ' || b == '\t'))
        || (b == '\n' && last != '\r')
        || (last == '\r' && b != '\n')
        || (b >= 0 && b < 0x20 && b != '\r' && b != '\n' && b != '\t')
        || b == 0x7f) {
      malformed = true;
    }
    last = b;
  }
}
