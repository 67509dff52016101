package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.model.Limits;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The same bytes get the same verdict however they are cut, and what passes is read alike by both
/// parsers.
class RequestGuardTest {
  private static final String HEAD = "POST http://a.test/v1/x HTTP/1.1\r\nHost: a.test\r\n";
  private static final String ODD = "\r\n\t :;,05\0\u00ff";
  private static final List<String> CORPUS =
      List.of(
          HEAD + "Content-Length: 5\r\n\r\nhello" + HEAD + "\r\n",
          "\r\n" + HEAD + "\r\n\r\n" + HEAD + "Content-Length: 0\r\n\r\n",
          HEAD
              + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nabc\r\n0\r\n\r\n"
              + HEAD
              + "\r\n",
          HEAD
              + "Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nA: b\r\nC: d\r\n\r\n"
              + HEAD
              + "\r\n",
          HEAD
              + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
          HEAD + "Transfer-Encoding: chunked\r\n\r\n5;x\r\nhello\r\n0\r\n\r\n",
          HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX\r\n0\r\n\r\n",
          HEAD + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA b\r\n\r\n",
          HEAD + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
          HEAD + "X: a\nY: b\r\n\r\n",
          HEAD + "X: a\rY: b\r\n\r\n",
          HEAD + " folded\r\n\r\n",
          HEAD + "\r\n\0" + HEAD + "\r\n",
          "\r\n\r\n" + HEAD + "\r\n",
          "GET http://a.test/ HTTP/1.0\r\n\r\nGET  x HTTP/1.1\r\n\r\n",
          "CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n\u0016\u0003\u0001GET / HTTP/1.1\r\n");

  @Test
  void givesTheSameVerdictUnderEverySplit() {
    long seed = 20_261_122;
    var random = new Random(seed);
    for (var input : CORPUS) {
      var whole = verdict(input, List.of(input.length()));
      assertThat(verdict(input, java.util.Collections.nCopies(input.length(), 1)))
          .as("one byte at a time: %s", shown(input))
          .isEqualTo(whole);
      for (int round = 0; round < 200; round++) {
        var cuts = new ArrayList<Integer>();
        for (int left = input.length(); left > 0; left -= cuts.getLast()) {
          cuts.add(1 + random.nextInt(Math.min(left, 1 + random.nextInt(40))));
        }
        assertThat(verdict(input, cuts))
            .as("seed %d, cuts %s: %s", seed, cuts, shown(input))
            .isEqualTo(whole);
      }
    }
  }

  @Test
  void letsNothingPassThatIsMutatedIntoASecondMeaning() {
    long seed = 7;
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      var input = new StringBuilder(CORPUS.get(random.nextInt(CORPUS.size())));
      for (int i = random.nextInt(3); i >= 0; i--) {
        int at = random.nextInt(input.length());
        switch (random.nextInt(3)) {
          case 0 -> input.setCharAt(at, ODD.charAt(random.nextInt(ODD.length())));
          case 1 -> input.deleteCharAt(at);
          default -> input.insert(at, ODD.charAt(random.nextInt(ODD.length())));
        }
      }
      // Throws when the two readings differ.
      var _ = verdict(input.toString(), List.of(input.length()));
    }
  }

  /// The requests that passed with their bodies, and why the rest did not. Netty's codec reads
  /// behind the guard and must agree.
  private static List<String> verdict(String input, List<Integer> cuts) {
    var config =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(Limits.DEFAULT.requestLineBytes())
            .setMaxHeaderSize(Limits.DEFAULT.headBytes())
            .setStrictLineParsing(true)
            .setUseRfc9112TransferEncoding(true);
    var channel =
        new EmbeddedChannel(new RequestGuard(Limits.DEFAULT), new HttpRequestDecoder(config));
    int at = 0;
    for (int cut : cuts) {
      channel.writeInbound(Unpooled.copiedBuffer(input.substring(at, at + cut), ISO_8859_1));
      at += cut;
    }
    var verdict = new ArrayList<String>();
    var body = new StringBuilder();
    Head head = null;
    for (Object msg = channel.readInbound(); msg != null; msg = channel.readInbound()) {
      switch (msg) {
        case Head read -> head = read;
        case HttpRequest request -> {
          assertThat(head).isNotNull();
          if (head != null) {
            assertThat(Agreement.between(head, request)).as(shown(input)).isTrue();
            verdict.add(head.toString());
          }
          head = null;
        }
        case HttpContent content -> {
          assertThat(content.decoderResult().isSuccess()).as(shown(input)).isTrue();
          body.append(content.content().toString(ISO_8859_1));
        }
        case Unreadable unreadable -> {
          verdict.add(unreadable.denial().detail());
          // How much of a body passed before depends on the cuts; that it ended here does not.
          body.setLength(0);
        }
        default -> verdict.add(msg.toString());
      }
      ReferenceCountUtil.release(msg);
    }
    verdict.add(body.toString());
    channel.finishAndReleaseAll();
    return verdict;
  }

  private static String shown(String input) {
    ByteBuf bytes = Unpooled.copiedBuffer(input, ISO_8859_1);
    return io.netty.buffer.ByteBufUtil.hexDump(bytes) + " " + input.replace("\r\n", "|");
  }
}
