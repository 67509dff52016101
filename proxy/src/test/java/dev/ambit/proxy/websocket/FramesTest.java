package dev.ambit.proxy.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.Frame;
import dev.ambit.proxy.model.WebSocketLimits;
import dev.ambit.testkit.Seeds;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames as they pass: what goes on, and what nothing more goes on after.
class FramesTest {
  private static final WebSocketLimits LIMITS =
      new WebSocketLimits(70_000, 100_000, 4, Duration.ofSeconds(1));

  @Test
  void countsMessagesWhateverFramesTheyComeIn() {
    var frames = new Frames(true, LIMITS);
    assertThat(
            read(
                frames,
                Frame.masked(Frame.LAST | Frame.TEXT, "one"),
                Frame.masked(Frame.BINARY, "tw"),
                Frame.masked(Frame.LAST | Frame.PING, "still there?"),
                Frame.masked(Frame.CONTINUATION, ""),
                Frame.masked(Frame.LAST | Frame.CONTINUATION, "o"),
                Frame.masked(Frame.LAST | Frame.PONG, ""),
                Frame.masked(Frame.LAST | Frame.BINARY, "")))
        .isNull();
    assertThat(frames.messages()).isEqualTo(3);
    assertThat(frames.between()).isTrue();
    assertThat(frames.closed()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 125, 126, 127, 65_535, 65_536, 70_000})
  void readsEveryLengthInItsForm(int length) {
    for (boolean masked : new boolean[] {true, false}) {
      var frames = new Frames(masked, LIMITS);
      assertThat(read(frames, Frame.zeros(Frame.LAST | Frame.BINARY, masked, length))).isNull();
      assertThat(frames.messages()).isEqualTo(1);
      assertThat(frames.between()).isTrue();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  void letsNothingPassThat(String what, boolean masked, byte[] bytes, int code) {
    var violation = new Frames(masked, LIMITS).read(Unpooled.wrappedBuffer(bytes));
    assertThat(violation).isNotNull();
    assertThat(Objects.requireNonNull(violation).code()).isEqualTo(code);
    assertThat(violation.what()).contains(what);
  }

  static Stream<Arguments> violations() {
    int text = Frame.LAST | Frame.TEXT;
    int close = Frame.LAST | Frame.CLOSE;
    return Stream.of(
        no("is not masked", true, Frame.plain(text, "x")),
        no("is masked", false, Frame.masked(text, "x")),
        no("only an extension", true, Frame.masked(text | 0x40, "x")),
        no("only an extension", true, Frame.masked(text | 0x20, "x")),
        no("only an extension", false, Frame.plain(text | 0x10, "x")),
        no("no known kind", true, Frame.masked(Frame.LAST | 0x3, "x")),
        no("no known kind", true, Frame.masked(Frame.LAST | 0x7, "x")),
        no("no known kind", true, Frame.masked(Frame.LAST | 0xb, "x")),
        no("no known kind", false, Frame.plain(Frame.LAST | 0xf, "")),
        no("in pieces", true, Frame.masked(Frame.PING, "x")),
        no("in pieces", true, Frame.masked(Frame.CLOSE, "")),
        no("longer than 125", true, Frame.masked(Frame.LAST | Frame.PING, "x".repeat(126))),
        no("longer than 125", false, Frame.plain(close, Frame.closing(1_000, "x".repeat(124)))),
        no("outside of a message", true, Frame.masked(Frame.LAST | Frame.CONTINUATION, "x")),
        no(
            "within another one",
            true,
            Frame.masked(Frame.TEXT, "x"),
            Frame.masked(Frame.LAST | Frame.TEXT, "x")),
        no("half a code", true, Frame.masked(close, "x")),
        no("behind a Close", false, Frame.plain(close, ""), Frame.plain(text, "x")),
        Arguments.of("as short", true, bytes(0x81, 0xfe, 0, 125), 1_002),
        Arguments.of("as short", false, bytes(0x81, 127, 0, 0, 0, 0, 0, 0, 0xff, 0xff), 1_002),
        Arguments.of("longer than", false, bytes(0x81, 127, 0x80, 0, 0, 0, 0, 0, 0, 0), 1_009),
        Arguments.of("longer than", false, bytes(0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x71), 1_009),
        Arguments.of(
            "a message is longer",
            false,
            all(
                Frame.zeros(Frame.BINARY, false, 60_000),
                Frame.zeros(Frame.LAST | Frame.CONTINUATION, false, 40_001)),
            1_009),
        Arguments.of(
            "more than 4 frames",
            true,
            all(
                Frame.masked(Frame.TEXT, ""),
                Frame.masked(Frame.CONTINUATION, ""),
                Frame.masked(Frame.CONTINUATION, ""),
                Frame.masked(Frame.CONTINUATION, ""),
                Frame.masked(Frame.CONTINUATION, "")),
            1_009));
  }

  @ParameterizedTest
  @CsvSource({
    "999, false", "1000, true", "1003, true", "1004, false", "1005, false", "1006, false",
    "1007, true", "1014, true", "1015, false", "1016, false", "2999, false", "3000, true",
    "4999, true", "5000, false"
  })
  void takesOnlyCodesThatMayBeSent(int code, boolean taken) {
    for (boolean masked : new boolean[] {true, false}) {
      var close = new Frame(Frame.LAST | Frame.CLOSE, masked, Frame.closing(code, "bye"));
      var frames = new Frames(masked, LIMITS);
      assertThat(read(frames, close) == null).isEqualTo(taken);
      assertThat(frames.closed()).isTrue();
    }
  }

  @Test
  void judgesTheSameHoweverTheInputIsCut() {
    var whole =
        all(
            Frame.masked(Frame.TEXT, "x".repeat(300)),
            Frame.masked(Frame.LAST | Frame.PING, "there"),
            Frame.masked(Frame.LAST | Frame.CONTINUATION, "y".repeat(66_000)),
            Frame.masked(Frame.LAST | Frame.CLOSE, Frame.closing(1_000, "bye")));
    Seeds.run(
        1,
        2_000,
        random -> {
          var bytes = whole.clone();
          if (random.nextBoolean()) {
            bytes[random.nextInt(400)] ^= (byte) (1 << random.nextInt(8));
          }
          var once = new Frames(true, LIMITS);
          var verdict = once.read(Unpooled.wrappedBuffer(bytes));
          var cut = new Frames(true, LIMITS);
          assertThat(pieces(cut, bytes, random)).isEqualTo(verdict);
          if (verdict == null) {
            assertThat(cut.messages()).isEqualTo(once.messages());
            assertThat(cut.closed()).isEqualTo(once.closed());
          }
        });
  }

  private static @Nullable Violation pieces(Frames frames, byte[] bytes, Random random) {
    int at = 0;
    while (at < bytes.length) {
      int step = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 3 : 9_000));
      var violation = frames.read(Unpooled.wrappedBuffer(bytes, at, step));
      if (violation != null) {
        return violation;
      }
      at += step;
    }
    return null;
  }

  private static @Nullable Violation read(Frames frames, Frame... all) {
    return frames.read(Unpooled.wrappedBuffer(all(all)));
  }

  private static Arguments no(String what, boolean masked, Frame... all) {
    return Arguments.of(what, masked, all(all), 1_002);
  }

  private static byte[] all(Frame... frames) {
    var out = new ByteArrayOutputStream();
    for (var frame : frames) {
      out.writeBytes(frame.bytes());
    }
    return out.toByteArray();
  }

  private static byte[] bytes(int... values) {
    var out = new ByteArrayOutputStream();
    for (int value : values) {
      out.write(value);
    }
    return out.toByteArray();
  }
}
