package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ambit.fuzz.targets.Laws;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Limits;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// HTTP/1 requests: the verdict does not depend on how the input is cut, Netty's codec behind the
/// guard reads the same, and what was accepted is written and read again as exactly one request.
public final class Http1Target {
  private static final int BYTES_MAX = 4_096;
  private static final int CUTS = 16;
  private static final int BODY_MAX = 1_024;

  private Http1Target() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length > BYTES_MAX) {
      return;
    }
    var whole = read(input, new int[0]);
    var single = new int[Math.max(0, input.length - 1)];
    Arrays.setAll(single, i -> i + 1);
    Laws.same(read(input, single).verdict, whole.verdict, "one byte at a time");
    for (int i = 0; i < CUTS && input.length > 1; i++) {
      // All positions of a short input, spread ones of a longer one.
      int cut = 1 + (int) ((long) i * (input.length - 1) / CUTS);
      Laws.same(read(input, new int[] {cut}).verdict, whole.verdict, "cut at " + cut);
    }
    whole.heads.forEach(Http1Target::fixedPoint);
  }

  private static void fixedPoint(Head head) {
    if (head.isConnect()) {
      return;
    }
    var text = text(head);
    if (text == null) {
      return;
    }
    var again = read(text.getBytes(ISO_8859_1), new int[0]);
    Laws.same(again.heads, List.of(head), "written and read again");
    Laws.same(Objects.requireNonNull(text(again.heads.getFirst())), text, "written again");
  }

  /// As the model says it; null when its body is too long to be written here.
  private static @Nullable String text(Head head) {
    var text = new StringBuilder();
    text.append(head.method()).append(' ').append(head.target());
    text.append(head.oldVersion() ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n");
    head.fields()
        .forEach(
            field -> text.append(field.name()).append(": ").append(field.value()).append("\r\n"));
    text.append("\r\n");
    return switch (head.body()) {
      case Body.None() -> text.toString();
      case Body.Chunked() -> text.append("0\r\n\r\n").toString();
      case Body.Sized(long bytes) ->
          bytes > BODY_MAX ? null : text.append("x".repeat((int) bytes)).toString();
    };
  }

  /// What came of the bytes, cut before these positions.
  private static Outcome read(byte[] input, int[] cuts) {
    var channel =
        new EmbeddedChannel(
            new RequestGuard(Limits.DEFAULT),
            new HttpRequestDecoder(ConnectionPipeline.strict(Limits.DEFAULT)));
    int from = 0;
    for (int cut : cuts) {
      channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(input, from, cut)));
      from = cut;
    }
    channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(input, from, input.length)));
    var outcome = new Outcome();
    for (Object msg = channel.readInbound(); msg != null; msg = channel.readInbound()) {
      outcome.take(msg);
      ReferenceCountUtil.release(msg);
    }
    outcome.verdict.add(outcome.body.toString());
    channel.finishAndReleaseAll();
    return outcome;
  }

  /// The requests that passed, and why the rest did not.
  private static final class Outcome {
    private final List<Head> heads = new ArrayList<>();
    private final List<String> verdict = new ArrayList<>();
    private final StringBuilder body = new StringBuilder();
    private @Nullable Head announced;

    private void take(Object msg) {
      switch (msg) {
        case Head head -> announced = head;
        case HttpRequest request -> {
          if (announced == null) {
            throw new AssertionError("a request that was not announced");
          }
          Laws.hold(Agreement.between(announced, request), "two readings of " + announced);
          heads.add(announced);
          verdict.add(announced.toString());
          announced = null;
        }
        case HttpContent content -> {
          Laws.hold(content.decoderResult().isSuccess(), "two readings of a body");
          body.append(content.content().toString(ISO_8859_1));
        }
        case Unreadable unreadable -> {
          verdict.add(unreadable.denial().detail());
          // How much of a body passed before depends on the cuts; that it ended here does not.
          body.setLength(0);
        }
        default -> verdict.add(msg.toString());
      }
    }
  }
}
