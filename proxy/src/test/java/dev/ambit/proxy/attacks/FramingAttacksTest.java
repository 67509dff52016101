package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proxy.RawAgent;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.4: bytes are exactly one request, or none, against RAW, which records what it gets.
class FramingAttacksTest extends AttackTest {
  private static final long BODY_WAIT_MILLIS = 3_000;

  @Override
  String[] machine() {
    return new String[] {"-D" + AttackedProxyMain.BODY_WAIT + "=" + BODY_WAIT_MILLIS};
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n"
      })
  void a080RefusesTwoLengths(String fields) throws Exception {
    malformed(post(fields) + "0\r\n\r\nGET /");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "\r\nbody until close"
      })
  void a081RefusesTransferEncodingAndUnframedBodiesOnOldVersions(String rest) throws Exception {
    malformed(line("HTTP/1.0") + host() + rest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+5",
        "-5",
        "0x5",
        "5_0",
        "5,5",
        "5, 6",
        "\u00d9\u00a5",
        "9223372036854775808",
        "18446744073709551621",
        "5 x",
        "5\r\nContent-Length: 5"
      })
  void a083RefusesLengthsThatAreNotOnePlainNumber(String odd) throws Exception {
    malformed(post("Content-Length: " + odd + "\r\n") + "hello");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ",5", "5,"})
  void a084RefusesEmptyLengthsAndCommas(String odd) throws Exception {
    malformed(post("Content-Length: " + odd + "\r\n") + "hello");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddFieldLines")
  void a085RefusesFieldLinesWithoutAProperName(String what, String before, String after)
      throws Exception {
    malformed(line("HTTP/1.1") + before + host() + after + "\r\n");
  }

  static List<Object[]> oddFieldLines() {
    return List.of(
        new Object[] {"no name", "", ": x\r\n"},
        new Object[] {"space before the colon", "", "Name : v\r\n"},
        new Object[] {"tab in the first line", "\tName: v\r\n", ""},
        new Object[] {"folded by a space", "", "X: a\r\n folded\r\n"},
        new Object[] {"folded by a tab", "", "X: a\r\n\tfolded\r\n"},
        new Object[] {"parenthesis in a name", "", "Na(me: v\r\n"},
        new Object[] {"at sign in a name", "", "Na@me: v\r\n"},
        new Object[] {"beyond ASCII in a name", "", "Na\u00efme: v\r\n"},
        new Object[] {"no colon", "", "no colon\r\n"});
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddBeginnings")
  void a086ToleratesOneEmptyLineBeforeTheRequestAndNothingElse(String what, String odd)
      throws Exception {
    if (what.equals("one CRLF")) {
      site.rawMayBeReached();
      granted(site.ask(odd + post("Content-Length: 0\r\n")));
    } else {
      malformed(odd + post("Content-Length: 0\r\n"));
    }
  }

  static List<Object[]> oddBeginnings() {
    return List.of(
        new Object[] {"NUL", "\0"},
        new Object[] {"SOH", "\u0001"},
        new Object[] {"BEL", "\u0007"},
        new Object[] {"DEL", "\u007f"},
        new Object[] {"several CRLF", "\r\n\r\n"},
        new Object[] {"one CRLF", "\r\n"});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST http://%/v1/x HTTP/1.32",
        "POST http://%/v1/x HTTP/0.9",
        "POST http://%/v1/x http/1.1",
        "POST  http://%/v1/x HTTP/1.1",
        "POST http://%/v1/x  HTTP/1.1",
        "POST http://%/v1/x"
      })
  void a088RefusesOtherVersionsAndLooseRequestLines(String line) throws Exception {
    malformed(line.replace("%", site.rawHost()) + "\r\n" + host() + "\r\n");
  }

  @Test
  void a088RefusesTheHttp2PrefaceInTheMiddleOfAConnection() throws Exception {
    site.rawMayBeReached();
    var agent =
        site.agent().send(post("Content-Length: 0\r\n") + "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    granted(agent.answer());
    site.expect("malformed");
    malformed(agent);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5;a=b\r\nhello\r\n0\r\n\r\n",
        "5;a=b\nhello\r\n0\r\n\r\n",
        "5;\na=b\r\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n"
      })
  void a089RefusesChunkExtensionsAndLooseChunkLines(String body) throws Exception {
    if (body.startsWith("5\r\n")) {
      // Only its second line is loose: the call has begun, and is left without an end.
      site.rawMayBeReached();
      site.expect("");
      var answer = site.ask(post("Transfer-Encoding: chunked\r\n") + body);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(site.raw.bytes()).doesNotContain("0\r\n\r\n");
    } else {
      malformed(post("Transfer-Encoding: chunked\r\n") + body);
    }
  }

  /// Of an upstream's chunks only the data goes on, framed anew, or the answer is cut.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "5;a=b\r\nhello\r\n0\r\n\r\n",
        "5;a=b\nhello\r\n0\r\n\r\n",
        "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n"
      })
  void a089PassesNoChunkExtensionOfAnUpstreamOn(String body) throws Exception {
    site.rawMayBeReached();
    site.raw.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
          var _ = with.in.read();
        };
    site.expect("");
    var answer = site.ask(post("Content-Length: 0\r\n"));
    assertThat(answer.body()).doesNotContain(";").doesNotContain("a=");
    assertThat(answer.status() == 502 || !answer.whole() || answer.body().equals("hello")).isTrue();
  }

  @Test
  void a091CarriesAHundredThousandChunksOfOneByteWithinBoundedTime() throws Exception {
    site.rawMayBeReached();
    var agent = site.agent().patient(Duration.ofSeconds(90));
    agent.send(post("Transfer-Encoding: chunked\r\n"));
    var began = processorTime();
    for (int i = 0; i < 100; i++) {
      agent.send("1\r\nx\r\n".repeat(1_000));
    }
    granted(agent.send("0\r\n\r\n").answer());
    // Every buffer is watched for leaks here, which takes most of it.
    assertThat(processorTime().minus(began)).isLessThan(Duration.ofSeconds(60));
  }

  @Test
  void a091EndsABodyThatComesByteAfterByte() throws Exception {
    site.rawMayBeReached();
    site.expect("");
    var agent = site.agent().send(post("Content-Length: 1000000\r\n"));
    var trickle =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (true) {
                  agent.send("x");
                  TimeUnit.MILLISECONDS.sleep(200);
                }
              } catch (IOException | InterruptedException _) {
                // Cut off, as it must be.
              }
            });
    assertThat(agent.answer().status()).isEqualTo(400);
    trickle.interrupt();
    trickle.join();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: Bearer mine",
        "Content-Length: 9",
        "Host: evil.test",
        "Transfer-Encoding: x",
        "X-Session: s"
      })
  void a092DropsTrailersAndNotesIt(String trailer) throws Exception {
    site.rawMayBeReached();
    granted(
        site.ask(
            post("Transfer-Encoding: chunked\r\nTrailer: X\r\n")
                + "5\r\nhello\r\n0\r\n"
                + trailer
                + "\r\n\r\n"));
    assertThat(site.raw.bytes())
        .endsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        .doesNotContain(trailer)
        .doesNotContain("Trailer");
    Await.until(
        "completion", () -> site.plane.records.stream().anyMatch(AuditRecord::hasCompletion));
    assertThat(
            site.plane.records.stream()
                .filter(AuditRecord::hasCompletion)
                .flatMap(one -> one.getCompletion().getNotesList().stream()))
        .contains("trailers_dropped");
  }

  @Test
  void a093CannotHaveWhatIsOursRemoved() throws Exception {
    granted(
        site.insideGood()
            .send(get("/v1/items/7", site.goodHost(), "Connection: Authorization, Host, close\r\n"))
            .answer());
    assertThat(site.good.heads.getFirst())
        .contains("\r\nHost: " + site.goodHost() + "\r\n")
        .contains("\r\nauthorization: Bearer " + Canary.VALUE + "\r\n");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void a095JudgesPipelinedRequestsOneByOneInOrder(boolean partial) throws Exception {
    site.rawMayBeReached();
    var evil = get("http://evil.test/v1/b", "evil.test");
    var cut = partial ? evil.length() / 2 : evil.length();
    var agent = site.agent();
    agent.send(get("http://" + site.rawHost() + "/v1/a", site.rawHost()) + evil.substring(0, cut));
    granted(agent.answer());
    agent.send(evil.substring(cut));
    denied(agent.answer(), 403, "target_unknown");
    granted(agent.send(get("http://" + site.rawHost() + "/v1/c", site.rawHost())).answer());
    assertThat(site.raw.heads).hasSize(2);
    assertThat(site.raw.heads.getFirst()).startsWith("GET /v1/a ");
    assertThat(site.raw.heads.getLast()).startsWith("GET /v1/c ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "DELETE"})
  void a096RefusesBodiesOnMethodsWithoutOne(String method) throws Exception {
    site.expect("malformed");
    var agent = site.agent();
    agent.send(
        line("HTTP/1.1").replace("POST", method) + host() + "Content-Length: 5\r\n\r\nhello");
    assertThat(agent.answer(method.equals("HEAD")).status()).isEqualTo(400);
    assertThat(agent.closed()).isTrue();
  }

  @Test
  void a096ReadsBytesBehindABodyAsTheNextRequest() throws Exception {
    site.rawMayBeReached();
    var agent = site.agent().send(post("Content-Length: 2\r\n") + "hi{\"more\":1}");
    granted(agent.answer());
    site.expect("malformed");
    malformed(agent);
    assertThat(site.raw.bytes()).endsWith("\r\n\r\nhi");
  }

  @Test
  void a096ReadsNoBodyOfA204() throws Exception {
    site.rawMayBeReached();
    site.raw.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n");
          with.answerAll();
        };
    site.expect("");
    var agent = site.agent().send(get("http://" + site.rawHost() + "/v1/x", site.rawHost()));
    var answer = agent.answer(true);
    assertThat(answer.head()).startsWith("HTTP/1.1 204").doesNotContain("Content-Length");
    granted(agent.send(get("http://" + site.rawHost() + "/v1/x", site.rawHost())).answer());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("upgrades")
  void a099TunnelsNothingWhateverTheUpstreamSaysToAnUpgrade(String protocol, String status)
      throws Exception {
    site.rawMayBeReached();
    site.raw.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nok");
          var _ = with.in.read();
        };
    RawAgent agent =
        site.agent()
            .send(
                get(
                        "http://" + site.rawHost() + "/v1/x",
                        site.rawHost(),
                        "Connection: Upgrade\r\nUpgrade: " + protocol + "\r\n")
                    + get("http://evil.test/smuggled", "evil.test"));
    site.expect("");
    assertThat(agent.answer().status()).isEqualTo(status.startsWith("200") ? 200 : 502);
    denied(agent.answer(), 403, "target_unknown");
    assertThat(site.raw.heads).hasSize(1);
    assertThat(site.raw.bytes()).doesNotContainIgnoringCase("upgrade").doesNotContain("smuggled");
  }

  static Stream<Object[]> upgrades() {
    return Stream.of("foo", "tls/1.2")
        .flatMap(protocol ->
            Stream.of("200 OK", "101 Switching Protocols")
                .map(status -> new Object[] {protocol, status}));
  }

  private String line(String version) {
    return "POST http://" + site.rawHost() + "/v1/x " + version + "\r\n";
  }

  private String host() {
    return "Host: " + site.rawHost() + "\r\n";
  }

  private String post(String fields) {
    return line("HTTP/1.1") + host() + fields + "\r\n";
  }

  private Duration processorTime() {
    return ProcessHandle.of(site.proxy.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow();
  }
}
