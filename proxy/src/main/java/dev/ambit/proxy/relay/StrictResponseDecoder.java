package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Limits;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.AsciiString;

/// Netty's response decoder, repairing nothing.
final class StrictResponseDecoder extends HttpResponseDecoder {
  private boolean answersHead;

  StrictResponseDecoder(Limits limits) {
    super(
        new HttpDecoderConfig()
            .setMaxInitialLineLength(limits.requestLineBytes())
            .setMaxHeaderSize(limits.headBytes())
            .setMaxChunkSize(64 * 1_024)
            .setChunkedSupported(true)
            .setAllowPartialChunks(true)
            .setAllowDuplicateContentLengths(false)
            .setValidateHeaders(true)
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true));
  }

  /// Says what the next answer answers: one to HEAD has no body, whatever its fields say.
  void expect(boolean head) {
    answersHead = head;
  }

  /// Bytes behind the last whole message.
  int leftover() {
    return actualReadableBytes();
  }

  /// Netty takes the framing off what has no body; a switch that has one is no switch.
  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage msg) {
    if (msg instanceof HttpResponse response
        && response.status().code() == Switch.STATUS
        && msg.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
      throw new IllegalArgumentException("answer: 101 with Transfer-Encoding (expected: none)");
    }
    return answersHead || super.isContentAlwaysEmpty(msg);
  }

  @Override
  protected boolean isSwitchingToNonHttp1Protocol(HttpResponse msg) {
    return false;
  }

  /// Netty tolerates white space before the colon in answers.
  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    if (start + length >= line.length || line[start + length] != ':') {
      throw new IllegalArgumentException("answer: white space in a name (expected: none)");
    }
    return super.splitHeaderName(line, start, length);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("answer: two lengths (expected: one)");
  }
}
