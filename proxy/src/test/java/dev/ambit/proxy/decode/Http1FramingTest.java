package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Limits;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Raw bytes on the explicit listener: one request with one meaning, or none (security.md 4.1, 4.3,
/// 4.4). The upstream records what reaches it.
class Http1FramingTest {
  private StubUpstream raw;
  private DataPlane proxy;
  private String authority;
  private String line;
  private String host;

  @BeforeEach
  void start() throws IOException {
    raw = StubUpstream.plain();
    proxy = new DataPlane(Limits.DEFAULT, DataPlane.upstreamCa(), 1, raw.port());
    authority = DataPlane.PLAIN + ":" + raw.port();
    line = "POST http://" + authority + "/v1/x HTTP/1.1\r\n";
    host = "Host: " + authority + "\r\n";
  }

  /// O4 and O5, after every case: the proxy serves on, and the upstream got the calls that were
  /// counted as answered or as sent, and no other.
  @AfterEach
  void stop() throws Exception {
    raw.script = StubUpstream.Conversation::answerAll;
    assertThat(send(line + host + "Content-Length: 0\r\n\r\n").status()).isEqualTo(200);
    var sent =
        (Supplier<Long>) () -> proxy.log.all().stream().filter(Http1FramingTest::sent).count();
    Await.until("every call recorded", () -> sent.get() >= raw.served.get());
    assertThat(sent.get()).isEqualTo(raw.served.get());
    proxy.close();
    raw.close();
  }

  @Test
  void a010RefusesAHostThatDisagreesWithTheAbsoluteForm() throws Exception {
    malformed("GET http://evil.test/ HTTP/1.1\r\nHost: api.good.test\r\n\r\n");
  }

  @Test
  void a013RefusesDuplicateEmptyListedAndMissingHosts() throws Exception {
    malformed(line + host + host + "\r\n");
    malformed(line + "Host:\r\n\r\n");
    malformed(line + "Host: " + authority + ", evil.test\r\n\r\n");
    malformed(line + "\r\n");
  }

  @Test
  void a015RefusesHostsWithMoreThanAHost() throws Exception {
    for (var odd :
        List.of(
            "api.good.test@evil.test",
            "api.good.test#.evil.test",
            "api.good.test:443:80",
            "api.good.test%00.evil.test",
            "api.good.test\\@evil")) {
      malformed("GET http://" + odd + "/v1/x HTTP/1.1\r\nHost: " + odd + "\r\n\r\n");
      malformed(line + "Host: " + odd + "\r\n\r\n");
    }
  }

  @Test
  void a017RefusesHostsBeyondAsciiAndDeniesPunycode() throws Exception {
    malformed("GET http://\u00e4pi.good.test/v1/x HTTP/1.1\r\nHost: \u00e4pi.good.test\r\n\r\n");
    refused(
        "GET http://xn--pi-via.good.test/v1/x HTTP/1.1\r\nHost: xn--pi-via.good.test\r\n\r\n",
        403,
        "target_unknown");
  }

  @Test
  void a026RefusesLooseAddresses() throws Exception {
    for (var loose :
        List.of("127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "017700000001")) {
      malformed("GET http://" + loose + "/v1/x HTTP/1.1\r\nHost: " + loose + "\r\n\r\n");
    }
  }

  @Test
  void a054RefusesControlsFragmentsAndLongPaths() throws Exception {
    for (var odd : List.of("\0", "\t", "\r", "\n", "\u007f", "#frag", "\u00e9")) {
      malformed("GET http://" + authority + "/v1/" + odd + " HTTP/1.1\r\n" + host + "\r\n");
    }
    malformed(
        "GET http://" + authority + "/v1/" + "a".repeat(8_200) + " HTTP/1.1\r\n" + host + "\r\n");
  }

  @Test
  void a057RefusesAsteriskOriginAndAuthorityForm() throws Exception {
    malformed("OPTIONS * HTTP/1.1\r\n" + host + "\r\n");
    malformed("GET * HTTP/1.1\r\n" + host + "\r\n");
    malformed("GET " + authority + " HTTP/1.1\r\n" + host + "\r\n");
    malformed("GET /v1/x HTTP/1.1\r\n" + host + "\r\n");
    malformed("GET /http://evil/ HTTP/1.1\r\n" + host + "\r\n");
  }

  @Test
  void a060RefusesMethodsThatAreNotOnTheList() throws Exception {
    for (var method : List.of("get", "GETX", "TRACE", "TRACK", "M".repeat(40), "PROPFIND")) {
      refused(
          method + " http://" + authority + "/v1/x HTTP/1.1\r\n" + host + "\r\n",
          405,
          "unsupported");
    }
    malformed("GET\0 http://" + authority + "/v1/x HTTP/1.1\r\n" + host + "\r\n");
    malformed("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  }

  @Test
  void a062StripsNamesWithAnUnderscore() throws Exception {
    var answer =
        send(line + host + "Content_Length: 3\r\nX_Api_Key: k\r\nContent-Length: 2\r\n\r\nhi");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(raw.bytes()).doesNotContain("_");
    assertThat(proxy.log.entry(1).notes()).contains("stripped:underscore");
  }

  @Test
  void a080RefusesTwoLengths() throws Exception {
    malformed(
        line + host + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /");
    malformed(
        line + host + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nGET /");
  }

  @Test
  void a081RefusesTransferEncodingAndUnframedBodiesOnOldVersions() throws Exception {
    var old = line.replace("1.1", "1.0");
    malformed(old + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    malformed(old + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n");
    malformed(old + host + "\r\nbody until close");
  }

  @Test
  void a083RefusesLengthsThatAreNotOnePlainNumber() throws Exception {
    for (var odd :
        List.of(
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
            "",
            ",5",
            "5,")) {
      malformed(line + host + "Content-Length: " + odd + "\r\n\r\nhello");
    }
    malformed(line + host + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello");
  }

  @Test
  void a084RefusesTransferEncodingsThatAreNotExactlyChunked() throws Exception {
    for (var odd :
        List.of(
            "xchunked",
            "identity",
            "gzip, chunked",
            "chunked, chunked",
            "chunked, identity",
            "\"chunked\"",
            "chunked;q=1",
            "")) {
      malformed(line + host + "Transfer-Encoding: " + odd + "\r\n\r\n0\r\n\r\n");
    }
    malformed(
        line + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  }

  @Test
  void a085RefusesFieldLinesWithoutAProperName() throws Exception {
    for (var odd :
        List.of(
            ": x",
            "Name : v",
            "Name\t: v",
            " Name: v",
            "X: a\r\n folded",
            "X: a\r\n\tfolded",
            "Na(me: v",
            "Na@me: v",
            "Na\u00efme: v",
            "no colon",
            "X: a\u0000b",
            "X: a\u0001b",
            "X: caf\u00e9",
            "X: a\nY: b",
            "X: a\rY: b")) {
      malformed(line + host + odd + "\r\n\r\n");
    }
    malformed(line + "\tName: v\r\n" + host + "\r\n");
    malformed("\tName: v\r\n" + line + host + "\r\n");
  }

  @Test
  void a086ToleratesOneEmptyLineBeforeTheRequestAndNothingElse() throws Exception {
    for (var odd : List.of("\0", "\u0001", "\u0007", "\u007f", " ", "\n", "\r\n\r\n")) {
      malformed(odd + line + host + "\r\n");
    }
    assertThat(send("\r\n" + line + host + "Content-Length: 0\r\n\r\n").status()).isEqualTo(200);
  }

  @Test
  void a088RefusesOtherVersionsAndLooseRequestLines() throws Exception {
    for (var odd :
        List.of(
            "POST http://%s/v1/x HTTP/1.32",
            "POST http://%s/v1/x HTTP/0.9",
            "POST http://%s/v1/x HTTP/2.0",
            "POST http://%s/v1/x http/1.1",
            "POST  http://%s/v1/x HTTP/1.1",
            "POST http://%s/v1/x  HTTP/1.1",
            "POST http://%s/v1/x HTTP/1.1 ",
            "POST\thttp://%s/v1/x\tHTTP/1.1",
            "POST http://%s/v1/x",
            "POST http://%s/v1/ x HTTP/1.1")) {
      malformed(odd.replace("%s", authority) + "\r\n" + host + "\r\n");
    }
  }

  @Test
  void a088RefusesTheHttp2PrefaceInTheMiddleOfAConnection() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(line + host + "Content-Length: 0\r\n\r\nPRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
      assertThat(agent.answer().reason()).isEqualTo("malformed");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(raw.heads).hasSize(1);
  }

  @Test
  void a089RefusesChunkExtensionsAndLooseChunkLines() throws Exception {
    for (var odd :
        List.of(
            "5;a=b\r\nhello\r\n0\r\n\r\n",
            "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
            "5;a=b\nhello\r\n0\r\n\r\n",
            "5;\na=b\r\nhello\r\n0\r\n\r\n",
            "5;\r\nhello\r\n0\r\n\r\n",
            "5\r\r\nhello\r\n0\r\n\r\n",
            "5 \r\nhello\r\n0\r\n\r\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "5\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            "100000000\r\nhello\r\n0\r\n\r\n")) {
      malformed(line + host + "Transfer-Encoding: chunked\r\n\r\n" + odd);
    }
  }

  @Test
  void a089CutsABodyWhoseLaterChunkIsLoose() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          line
              + host
              + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5;a=b\r\nworld\r\n0\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(400);
      assertThat(agent.closed()).isTrue();
    }
    assertThat(raw.bytes()).doesNotContain("world").doesNotContain("0\r\n\r\n");
  }

  @Test
  void a092DropsTrailers() throws Exception {
    var answer =
        send(
            line
                + host
                + "Transfer-Encoding: chunked\r\nTrailer: Authorization\r\n\r\n5\r\nhello\r\n0\r\n"
                + "Authorization: Bearer mine\r\nContent-Length: 9\r\nHost: evil.test\r\n"
                + "Transfer-Encoding: x\r\nX-Session: s\r\n\r\n");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(raw.bytes())
        .endsWith("5\r\nhello\r\n0\r\n\r\n")
        .doesNotContain("mine")
        .doesNotContain("Trailer")
        .doesNotContain("evil");
    assertThat(proxy.log.entry(1).end()).asString().contains("trailers_dropped");
  }

  @Test
  void a092RefusesTrailersBeyondTheirBound() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          line
              + host
              + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: "
              + "a".repeat(9_000)
              + "\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(431);
    }
  }

  @Test
  void a093DropsWhatConnectionNames() throws Exception {
    var answer =
        send(
            line
                + host
                + "Connection: X-Hop, Host, close\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
                + "Proxy-Connection: x\r\nX-Keep: 1\r\nContent-Length: 0\r\n\r\n");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(raw.heads.getFirst())
        .contains("X-Keep: 1", "Host: " + authority)
        .doesNotContain("X-Hop")
        .doesNotContain("Keep-Alive")
        .doesNotContain("TE:")
        .doesNotContain("Proxy-");
  }

  @Test
  void a095JudgesPipelinedRequestsOneByOneInOrder() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          "GET http://"
              + authority
              + "/v1/a HTTP/1.1\r\n"
              + host
              + "\r\nGET http://evil.test/v1/b HTTP/1.1\r\nHost: evil.test\r\n\r\nGET http://"
              + authority
              + "/v1/c HTTP/1.1\r\nHo");
      assertThat(agent.answer().status()).isEqualTo(200);
      assertThat(agent.answer().reason()).isEqualTo("target_unknown");
      assertThat(agent.send("st: " + authority + "\r\n\r\n").answer().status()).isEqualTo(200);
    }
    assertThat(raw.heads).hasSize(2);
    assertThat(raw.heads.getFirst()).startsWith("GET /v1/a ");
    assertThat(raw.heads.getLast()).startsWith("GET /v1/c ");
  }

  @Test
  void a095AnswersThousandsOfPipelinedRequests() throws Exception {
    try (var agent = proxy.agent()) {
      var one = "GET http://" + authority + "/x HTTP/1.1\r\n" + host + "\r\n";
      var _ =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  agent.send(one.repeat(3_000));
                } catch (IOException _) {
                  // The reading side says what is missing.
                }
              });
      for (int i = 0; i < 3_000; i++) {
        assertThat(agent.answer().status()).isEqualTo(403);
      }
    }
  }

  @Test
  void a096ReadsBytesBehindABodyAsTheNextRequest() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(line + host + "Content-Length: 2\r\n\r\nhi{\"more\":1}");
      assertThat(agent.answer().status()).isEqualTo(200);
      assertThat(agent.answer().status()).isEqualTo(400);
      assertThat(agent.closed()).isTrue();
    }
    assertThat(raw.bytes()).endsWith("\r\n\r\nhi");
  }

  @Test
  void a096RefusesBodiesOnMethodsWithoutOne() throws Exception {
    for (var method : List.of("GET", "HEAD", "OPTIONS", "DELETE")) {
      try (var agent = proxy.agent()) {
        agent.send(
            method
                + " http://"
                + authority
                + "/v1/x HTTP/1.1\r\n"
                + host
                + "Content-Length: 5\r\n\r\nhello");
        assertThat(agent.answer(method.equals("HEAD")).status()).isEqualTo(400);
      }
    }
    assertThat(raw.connections).hasValue(0);
  }

  @Test
  void a099ForwardsNoUpgradeAndTunnelsNothing() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          "GET http://"
              + authority
              + "/v1/x HTTP/1.1\r\n"
              + host
              + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n"
              + "\r\nGET /v1/smuggled HTTP/1.1\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
      assertThat(agent.answer().status()).isEqualTo(400);
    }
    assertThat(raw.heads).hasSize(1);
    assertThat(raw.heads.getFirst()).doesNotContainIgnoringCase("upgrade").doesNotContain("HTTP2");
  }

  @Test
  void a099TunnelsNothingWhateverTheUpstreamSaysToAnUpgrade() throws Exception {
    for (var protocol : List.of("foo", "tls/1.2")) {
      for (var status : List.of("200 OK", "101 Switching Protocols")) {
        raw.heads.clear();
        raw.script =
            with -> {
              var _ = with.request();
              with.answer("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nok");
              var _ = with.in.read();
            };
        try (var agent = proxy.agent()) {
          agent.send(
              "GET http://"
                  + authority
                  + "/v1/x HTTP/1.1\r\n"
                  + host
                  + "Connection: Upgrade\r\nUpgrade: "
                  + protocol
                  + "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
                  + "GET http://evil.test/smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n");
          assertThat(agent.answer().status()).isEqualTo(status.startsWith("200") ? 200 : 502);
          assertThat(agent.answer().reason()).isEqualTo("target_unknown");
        }
        assertThat(raw.heads).hasSize(1);
        assertThat(raw.bytes()).doesNotContainIgnoringCase("upgrade").doesNotContain("smuggled");
      }
    }
  }

  @Test
  void a112StripsWhatCarriesAnAuthorityOfTheAgents() throws Exception {
    var answer =
        send(
            "GET http://"
                + authority
                + "/v1/x?a=1&api_key=k&b=2&access_token=t HTTP/1.1\r\n"
                + host
                + "authorization: Bearer mine\r\nAuthorization: Bearer mine\r\nCookie: mine\r\n"
                + "X-Api-Key: mine\r\nX-Amz-Date: mine\r\nX-Forwarded-Host: mine\r\n\r\n");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(raw.heads.getFirst())
        .startsWith("GET /v1/x?a=1&b=2 HTTP/1.1\r\n")
        .doesNotContain("mine");
    assertThat(proxy.log.entry(1).notes())
        .contains("stripped:authorization", "stripped:cookie", "stripped:query");
  }

  @Test
  void a149RefusesHeadsBeyondTheirBound() throws Exception {
    refused(line + host + "X: " + "a".repeat(33_000) + "\r\n\r\n", 431, "limit_exceeded");
    refused(line + host + "X: a\r\n".repeat(200) + "\r\n", 431, "limit_exceeded");
    malformed("M".repeat(9_000) + " http://x/ HTTP/1.1\r\n\r\n");
  }

  @Test
  void closesAConnectionWhoseHeadDoesNotCome() throws Exception {
    var limits = Shortened.with(Duration.ofMillis(300), Duration.ofSeconds(20));
    try (var quick = new DataPlane(limits, DataPlane.upstreamCa(), 1, raw.port());
        var agent = quick.agent()) {
      agent.send("GET http://");
      long from = System.nanoTime();
      assertThat(agent.closed()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void closesAnIdleConnection() throws Exception {
    var limits = Shortened.with(Duration.ofSeconds(20), Duration.ofMillis(300));
    try (var quick = new DataPlane(limits, DataPlane.upstreamCa(), 1, raw.port());
        var agent = quick.agent()) {
      long from = System.nanoTime();
      assertThat(agent.closed()).isTrue();
      assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void tellsAnAgentThatWaitsToContinueOnlyWhenItsBodyIsWanted() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(line + host + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n");
      var line = new StringBuilder();
      while (line.indexOf("\r\n\r\n") < 0) {
        line.append((char) agent.in.read());
      }
      assertThat(line.toString()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      assertThat(agent.send("hi").answer().status()).isEqualTo(200);
    }
    assertThat(raw.heads.getFirst()).doesNotContain("Expect");
    assertThat(proxy.log.entry(1).reason()).isEmpty();
    refused(
        line.replace("/v1/", "/other/")
            + host
            + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n",
        403,
        "path_not_granted");
  }

  @Test
  void keepsTheConnectionAfterARefusalWithASmallBodyAndClosesItAfterALargeOne() throws Exception {
    try (var agent = proxy.agent()) {
      var denied = line.replace("/v1/", "/other/") + host;
      assertThat(agent.send(denied + "Content-Length: 5\r\n\r\nhello").answer().status())
          .isEqualTo(403);
      assertThat(agent.send(line + host + "Content-Length: 0\r\n\r\n").answer().status())
          .isEqualTo(200);
      assertThat(agent.send(denied + "Content-Length: 99999999\r\n\r\nhello").answer().status())
          .isEqualTo(403);
      assertThat(agent.closed()).isTrue();
    }
  }

  private static boolean sent(DataPlane.Log.Entry entry) {
    return entry.end() instanceof CallEnd.Completed done
        && done.result() != CallEnd.Result.NOT_SENT;
  }

  /// O2: the credential is not even asked for here, and no answer holds it.
  private static void withoutCanary(RawAgent.Answer answer) {
    for (var form :
        List.of(
            DataPlane.CANARY,
            new StringBuilder(DataPlane.CANARY).reverse().toString(),
            Base64.getEncoder().encodeToString(DataPlane.CANARY.getBytes(ISO_8859_1)))) {
      assertThat(answer.head() + answer.body()).doesNotContain(form);
    }
  }

  private RawAgent.Answer send(String bytes) throws IOException {
    try (var agent = proxy.agent()) {
      return agent.send(bytes).answer();
    }
  }

  private void malformed(String bytes) throws Exception {
    try (var agent = proxy.agent()) {
      int before = proxy.log.entries.size();
      var answer = agent.send(bytes).answer();
      assertThat(answer.status()).as(escaped(bytes)).isEqualTo(400);
      assertThat(answer.reason()).as(escaped(bytes)).isEqualTo("malformed");
      withoutCanary(answer);
      assertThat(agent.closed()).as(escaped(bytes)).isTrue();
      assertThat(proxy.log.entry(before + 1).reason()).isEqualTo("malformed");
      assertThat(proxy.log.entries).as(escaped(bytes)).hasSize(before + 1);
      assertThat(raw.connections).as(escaped(bytes)).hasValue(0);
    }
  }

  private void refused(String bytes, int status, String reason) throws Exception {
    int before = proxy.log.entries.size();
    int connections = raw.connections.get();
    var answer = send(bytes);
    assertThat(answer.status()).as(escaped(bytes)).isEqualTo(status);
    assertThat(answer.reason()).as(escaped(bytes)).isEqualTo(reason);
    withoutCanary(answer);
    assertThat(proxy.log.entry(before + 1).reason()).isEqualTo(reason);
    assertThat(raw.connections).hasValue(connections);
    assertThat(proxy.issued).hasValue(0);
  }

  private static String escaped(String bytes) {
    var shown = bytes.length() > 200 ? bytes.substring(0, 200) : bytes;
    return shown.replace("\r", "\\r").replace("\n", "\\n").replace("\0", "\\0");
  }
}
