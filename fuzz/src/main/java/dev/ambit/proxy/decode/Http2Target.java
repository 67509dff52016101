package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ambit.fuzz.targets.Laws;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Limits;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A field block of HTTP/2 that is accepted, crossed to HTTP/1.1, is exactly one request that means
/// the same; written as HTTP/2 again and read again it is the same head.
public final class Http2Target {
  private static final int BYTES_MAX = 4_096;

  private Http2Target() {}

  /// What Jazzer calls. The first bit says whether a body follows.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2 || input.length > BYTES_MAX) {
      return;
    }
    boolean whole = (input[0] & 1) == 0;
    var head = read(decode(input), whole);
    if (head == null) {
      return;
    }
    crossed(head);
    Laws.same(
        Optional.ofNullable(read(again(head), whole)), Optional.of(head), "written and read again");
  }

  private static @Nullable Http2Headers decode(byte[] input) {
    try {
      return new DefaultHttp2HeadersDecoder(true, Limits.DEFAULT.headBytes())
          .decodeHeaders(1, Unpooled.wrappedBuffer(input, 1, input.length - 1));
    } catch (Http2Exception refused) {
      return null;
    }
  }

  private static @Nullable Head read(@Nullable Http2Headers headers, boolean whole) {
    if (headers == null) {
      return null;
    }
    try {
      return Http2Head.read(headers, whole, Limits.DEFAULT);
    } catch (Refused refused) {
      return null;
    }
  }

  private static Http2Headers again(Head head) {
    var headers =
        new DefaultHttp2Headers()
            .method(head.method())
            .scheme("https")
            .authority(head.fields().getFirst().value())
            .path(head.target());
    for (var field : head.fields().subList(1, head.fields().size())) {
      headers.add(field.name(), field.value());
    }
    // Nothing, too: without it a body that has yet to end would be one of unknown length.
    if (head.body() instanceof Body.Sized(long bytes)) {
      headers.add("content-length", Long.toString(bytes));
    }
    if (head.expects()) {
      headers.add("expect", "100-continue");
    }
    return headers;
  }

  /// As a naive writer of HTTP/1.1 would cross it: what the strict reader makes of the text must be
  /// the same request, and nothing behind it.
  private static void crossed(Head head) {
    var text = new StringBuilder(head.method()).append(' ').append(head.target());
    text.append(" HTTP/1.1\r\n");
    for (Field field : head.fields()) {
      text.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
    text.append(
        switch (head.body()) {
          case Body.None() -> "\r\n";
          case Body.Sized(long bytes) -> "content-length: " + bytes + "\r\n\r\n";
          // The strict reader passes a head on with the first chunk.
          case Body.Chunked() -> "transfer-encoding: chunked\r\n\r\n0\r\n\r\n";
        });
    var read = http1(text.toString());
    Laws.same(read.size(), 1, "requests of one head");
    var one = read.getFirst();
    Laws.same(one.method(), head.method(), "the method");
    Laws.same(one.target(), head.target(), "the target");
    Laws.same(
        one.fields().subList(0, head.fields().size()).toString(),
        head.fields().toString(),
        "the fields");
    Laws.same(framed(one.body()), framed(head.body()), "the body");
  }

  /// A body of nothing is none to HTTP/1.1 where the method carries none.
  private static Body framed(Body body) {
    return body instanceof Body.Sized(long bytes) && bytes == 0 ? new Body.None() : body;
  }

  private static List<Head> http1(String text) {
    var channel =
        new EmbeddedChannel(
            new RequestGuard(Limits.DEFAULT),
            new HttpRequestDecoder(ConnectionPipeline.strict(Limits.DEFAULT)));
    channel.writeInbound(Unpooled.wrappedBuffer(text.getBytes(ISO_8859_1)));
    var heads = new ArrayList<Head>();
    Head announced = null;
    for (Object msg = channel.readInbound(); msg != null; msg = channel.readInbound()) {
      if (msg instanceof Head head) {
        announced = head;
      } else if (msg instanceof HttpRequest request && announced != null) {
        Laws.hold(Agreement.between(announced, request), "two readings of " + announced);
        heads.add(announced);
      } else if (msg instanceof Unreadable unreadable) {
        throw new AssertionError("not readable any more: " + unreadable);
      }
      ReferenceCountUtil.release(msg);
    }
    channel.finishAndReleaseAll();
    return heads;
  }
}
