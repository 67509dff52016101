package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Body;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;

/// Compares two readings of one request head. Netty's codec reads what [RequestGuard] let pass; a
/// difference means that one of them is wrong, and nobody is asked which.
final class Agreement {
  private Agreement() {}

  static boolean between(Head head, HttpRequest request) {
    return request.decoderResult().isSuccess()
        && request.method().name().equals(head.method())
        && request.uri().equals(head.target())
        && request.protocolVersion().minorVersion() == (head.oldVersion() ? 0 : 1)
        && request.headers().size() == head.fields().size()
        && framing(head.body(), request);
  }

  private static boolean framing(Body body, HttpRequest request) {
    boolean chunked = HttpUtil.isTransferEncodingChunked(request);
    var length = request.headers().get(HttpHeaderNames.CONTENT_LENGTH);
    return switch (body) {
      case Body.Chunked() -> chunked && length == null;
      case Body.Sized(long bytes) -> !chunked && length != null && Long.parseLong(length) == bytes;
      case Body.None() -> !chunked && (length == null || Long.parseLong(length) == 0);
    };
  }
}
