package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.Http2Peer;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/// What has begun on an HTTP/2 connection and not ended, however it is cut into reads.
class UnfinishedHeadTest {
  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
  private static final byte[] BODY = new byte[300];

  private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

  UnfinishedHeadTest() {
    sent.writeBytes(PREFACE);
  }

  @Test
  void isThePrefaceUntilItIsWhole() {
    var head = new UnfinishedHead();
    assertThat(head.exists()).isTrue();
    head.see(Unpooled.wrappedBuffer(PREFACE, 0, 23));
    assertThat(head.exists()).isTrue();
    head.see(Unpooled.wrappedBuffer(PREFACE, 23, 1));
    assertThat(head.exists()).isFalse();
  }

  @Test
  void isAHeadUntilItsLastFrameHasEnded() {
    frame(Http2Peer.HEADERS, Http2Peer.END_STREAM, BODY);
    assertSeen(true);
    frame(Http2Peer.CONTINUATION, 0, BODY);
    assertSeen(true);
    frame(Http2Peer.CONTINUATION, Http2Peer.END_HEADERS, BODY);
    assertSeen(false);
  }

  @Test
  void isAFrameOfWhichAPartCame() {
    var ping = Http2Peer.bytes(Http2Peer.PING, 0, 0, new byte[8]);
    for (int came = 1; came < ping.length; came++) {
      var head = new UnfinishedHead();
      head.see(Unpooled.wrappedBuffer(PREFACE));
      head.see(Unpooled.wrappedBuffer(ping, 0, came));
      assertThat(head.exists()).as(came + " bytes").isTrue();
    }
  }

  @Test
  void isNoPieceOfABody() {
    frame(Http2Peer.HEADERS, Http2Peer.END_HEADERS, BODY);
    var data = Http2Peer.bytes(Http2Peer.DATA, 0, 1, BODY);
    sent.write(data, 0, data.length - 1);
    assertSeen(false);
  }

  @Test
  void isNothingBetweenFrames() {
    frame(Http2Peer.SETTINGS, 0, new byte[0]);
    frame(Http2Peer.HEADERS, Http2Peer.END_HEADERS | Http2Peer.END_STREAM, BODY);
    frame(Http2Peer.WINDOW_UPDATE, 0, new byte[4]);
    assertSeen(false);
  }

  @Test
  void isAnotherOneForEachThatBegins() {
    frame(Http2Peer.HEADERS, 0, BODY);
    frame(Http2Peer.CONTINUATION, Http2Peer.END_HEADERS, BODY);
    frame(Http2Peer.HEADERS, 0, BODY);
    var head = new UnfinishedHead();
    head.see(Unpooled.wrappedBuffer(sent.toByteArray()));
    assertThat(head.exists()).isTrue();
    assertThat(head.begun()).isEqualTo(2);
  }

  private void frame(int type, int flags, byte[] payload) {
    sent.writeBytes(Http2Peer.bytes(type, flags, 1, payload));
  }

  private void assertSeen(boolean unfinished) {
    var bytes = sent.toByteArray();
    for (int step : new int[] {1, 7, 100, bytes.length}) {
      var head = new UnfinishedHead();
      for (int at = 0; at < bytes.length; at += step) {
        head.see(Unpooled.wrappedBuffer(bytes, at, Math.min(step, bytes.length - at)));
      }
      assertThat(head.exists()).as("in steps of " + step).isEqualTo(unfinished);
    }
  }
}
