package dev.ambit.proxy.websocket;

import dev.ambit.fuzz.targets.Laws;
import dev.ambit.proxy.model.WebSocketLimits;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Frames: the verdict does not depend on how the input is cut, and what passes is, to a reader
/// that believes every length, the same messages, with nothing behind a Close. The first byte says
/// whose they are and how they are cut.
public final class FramesTarget {
  private static final WebSocketLimits LIMITS =
      new WebSocketLimits(1_024, 2_048, 8, Duration.ofSeconds(1));

  private FramesTarget() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length == 0) {
      return;
    }
    boolean masked = (input[0] & 1) != 0;
    int step = 1 + (input[0] >> 1 & 0x3f);
    var bytes = Arrays.copyOfRange(input, 1, input.length);
    var whole = new Frames(masked, LIMITS);
    var verdict = whole.read(Unpooled.wrappedBuffer(bytes));
    var cut = new Frames(masked, LIMITS);
    var pieces = Optional.ofNullable(inPieces(cut, bytes, step));
    Laws.same(pieces, Optional.ofNullable(verdict), "verdict in pieces of " + step);
    if (verdict == null) {
      Laws.same(cut.messages(), whole.messages(), "messages in pieces");
      Laws.same(cut.closed(), whole.closed(), "closed in pieces");
      Laws.same(cut.between(), whole.between(), "whole in pieces");
      believe(whole, ByteBuffer.wrap(bytes));
    }
  }

  private static @Nullable Violation inPieces(Frames frames, byte[] bytes, int step) {
    for (int at = 0; at < bytes.length; at += step) {
      int length = Math.min(step, bytes.length - at);
      var violation = frames.read(Unpooled.wrappedBuffer(bytes, at, length));
      if (violation != null) {
        return violation;
      }
    }
    return null;
  }

  /// Walks from length to length (RFC 6455 5.2).
  private static void believe(Frames read, ByteBuffer in) {
    long messages = 0;
    boolean closed = false;
    boolean between = true;
    while (between && in.hasRemaining()) {
      Laws.hold(!closed, "nothing passes behind a Close");
      int first = in.get() & 0xff;
      long payload = payload(in);
      between = payload >= 0 && payload <= in.remaining();
      if (between) {
        in.position(in.position() + (int) payload);
        int opcode = first & 0xf;
        messages += opcode < 0x8 && first >= 0x80 ? 1 : 0;
        closed = opcode == 0x8;
      }
    }
    Laws.same(read.between(), between, "whole");
    Laws.same(read.messages(), messages, "messages");
    Laws.same(read.closed(), closed, "closed");
  }

  /// How long it is behind its head; -1 where the head is not whole.
  private static long payload(ByteBuffer in) {
    if (!in.hasRemaining()) {
      return -1;
    }
    int second = in.get() & 0xff;
    int said = second & 0x7f;
    int more = (said == 126 ? 2 : said == 127 ? 8 : 0) + (second >= 0x80 ? 4 : 0);
    if (in.remaining() < more) {
      return -1;
    }
    long length = said == 126 ? in.getShort() & 0xffff : said == 127 ? in.getLong() : said;
    if (second >= 0x80) {
      var _ = in.getInt();
    }
    return length;
  }
}
