package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.RawAgent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.1: one call has one authority, or there is no call.
class AuthorityAttacksTest extends AttackTest {
  private static final String PATH = "/v1/items/7";

  @Test
  void a002AnswersMisdirectedToAHostThatIsNotTheTunnels() throws Exception {
    denied(
        site.insideGood().send(get(PATH, "evil.test:" + site.evil.port())).answer(),
        421,
        "authority_mismatch");
    assertThat(site.plane.issues).hasValue(0);
  }

  @Test
  void a003MintsNoLeafForANameThatNoTargetKnows() throws Exception {
    var evil = "evil.test:" + site.evil.port();
    var agent = site.agent().send("CONNECT " + evil + " HTTP/1.1\r\nHost: " + evil + "\r\n\r\n");
    denied(agent.answer(), 403, "target_unknown");
    assertThat(agent.closed()).isTrue();
  }

  @Test
  void a004DeniesAServerNameThatIsNotTheHostOfTheTunnel() throws Exception {
    noCertificate(hello(Hello.serverNames("evil.test")), "authority_mismatch");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddHellos")
  void a007ShowsNoCertificateWithoutTheOneServerName(String input, String hello, String reason)
      throws Exception {
    noCertificate(hello, reason);
  }

  static Stream<Object[]> oddHellos() {
    var ech = Hello.extension(0xfe0d, "\0" + "e".repeat(60));
    var grease = Hello.extension(0x0a0a, "");
    var good = Hello.serverNames(Site.GOOD);
    return Stream.of(
        new Object[] {"no SNI", hello(), "authority_mismatch"},
        new Object[] {
          "SNI in the second record",
          Hello.inTwoRecords(good.length(), with(List.of(), good)),
          "malformed"
        },
        new Object[] {"SNI an IP", hello(Hello.serverNames("127.0.0.1")), "authority_mismatch"},
        new Object[] {
          "ECH with an outer SNI", hello(ech, Hello.serverNames("outer.test")), "authority_mismatch"
        },
        new Object[] {
          "GREASE with an outer SNI",
          hello(grease, Hello.serverNames("outer.test")),
          "authority_mismatch"
        },
        new Object[] {
          "two server names", hello(Hello.serverNames(Site.GOOD, "evil.test")), "malformed"
        },
        new Object[] {
          "two server name extensions", hello(good, Hello.serverNames("evil.test")), "malformed"
        });
  }

  /// Where TLS is passed through, the server name that nobody but the upstream can read would
  /// count.
  @Test
  void a007PassesNoTlsThatMayHideASecondServerName() throws Exception {
    site.open(site.blank().opaque("pinned", Protocol.TLS, Site.RAW, site.raw.port()));
    site.expect("authority_mismatch");
    var ech = Hello.extension(0xfe0d, "\0" + "e".repeat(60));
    var agent = site.tunnel(site.rawHost()).send(hello(Hello.serverNames(Site.RAW), ech));
    assertThat(agent.in.read()).isEqualTo(0x15);
    assertThat(agent.in.readAllBytes()).hasSize(6);
  }

  @Test
  void a009RefusesTheOneCallThatNamesAnotherHost() throws Exception {
    var agent = site.insideGood();
    granted(agent.send(get(PATH, site.goodHost())).answer());
    denied(agent.send(get(PATH, "evil.test")).answer(), 421, "authority_mismatch");
    granted(agent.send(get(PATH, site.goodHost())).answer());
  }

  @Test
  void a010RefusesAHostThatDisagreesWithTheAbsoluteForm() throws Exception {
    malformed(get("http://evil.test/", Site.GOOD));
  }

  @ParameterizedTest
  @ValueSource(strings = {"in a tunnel", "absolute form at its port", "absolute form at port 80"})
  void a012SendsNothingInCleartextToAnHttpsTarget(String how) throws Exception {
    switch (how) {
      case "in a tunnel" ->
          denied(
              site.tunnel(site.goodHost()).send(get(PATH, site.goodHost())).answer(),
              403,
              "protocol_not_granted");
      case "absolute form at its port" ->
          denied(
              site.ask(get("http://" + site.goodHost() + PATH, site.goodHost())),
              403,
              "protocol_not_granted");
      default ->
          denied(site.ask(get("http://" + Site.GOOD + PATH, Site.GOOD)), 403, "target_unknown");
    }
    assertThat(site.good.connections).hasValue(0);
    assertThat(site.plane.issues).hasValue(0);
  }

  @ParameterizedTest(name = "{0} tunnel={1}")
  @MethodSource("oddHosts")
  void a013RefusesDuplicateEmptyListedAndMissingHosts(String fields, boolean tunnel)
      throws Exception {
    if (tunnel) {
      site.expect("malformed");
      malformed(
          site.insideGood()
              .send(
                  "GET " + PATH + " HTTP/1.1\r\n" + fields.replace("%", site.goodHost()) + "\r\n"));
    } else {
      malformed(
          "GET http://"
              + site.rawHost()
              + "/v1/x HTTP/1.1\r\n"
              + fields.replace("%", site.rawHost())
              + "\r\n");
    }
  }

  static Stream<Object[]> oddHosts() {
    return Stream.of("Host: %\r\nHost: %\r\n", "Host:\r\n", "Host: %, evil.test\r\n", "")
        .flatMap(fields -> Stream.of(new Object[] {fields, false}, new Object[] {fields, true}));
  }

  @ParameterizedTest
  @ValueSource(strings = {":8443", ":22", "Host without port"})
  void a014DeniesOtherPortsAndAHostWithoutThePort(String odd) throws Exception {
    if (odd.startsWith(":")) {
      var to = Site.GOOD + odd;
      denied(
          site.ask("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n"),
          403,
          "target_unknown");
    } else {
      denied(site.insideGood().send(get(PATH, Site.GOOD)).answer(), 421, "authority_mismatch");
    }
  }

  @ParameterizedTest(name = "{0} as {1}")
  @MethodSource("twoPlaces")
  void a015RefusesHostsWithMoreThanAHost(String odd, String where) throws Exception {
    malformedHost(odd, where);
  }

  static Stream<Object[]> twoPlaces() {
    return everywhere(
        "api.good.test@evil.test",
        "api.good.test#.evil.test",
        "api.good.test:443:80",
        "api.good.test%00.evil.test",
        "api.good.test\\@evil");
  }

  @ParameterizedTest(name = "{0} as {1}")
  @MethodSource("unicodeHosts")
  void a017RefusesHostsBeyondAsciiAndDeniesHomographs(String odd, String where) throws Exception {
    if (odd.startsWith("xn--")) {
      var to = odd + ":" + site.evil.port();
      denied(site.ask(asking(to, where)), 403, "target_unknown");
    } else {
      malformedHost(new String(odd.getBytes(UTF_8), ISO_8859_1), where);
    }
  }

  static Stream<Object[]> unicodeHosts() {
    return everywhere(
            "169\u3002254\u3002169\u3002254",
            "\u2460\u2461\u2466.0.0.1",
            "api.good.test\u212a",
            "a\u00adpi.good.test",
            "\u00e4pi.good.test",
            "xn--pi-7ba.good.test",
            "xn--80ak6aa92e.test")
        // A homograph in the Host alone disagrees with the rest, which A010 and A002 are about.
        .filter(one -> !one[0].toString().startsWith("xn--") || !one[1].equals("Host"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "another name",
        "expired",
        "self-signed",
        "beyond its root",
        "beyond an intermediate"
      })
  void a018WritesNoCredentialToAnUpstreamWithoutAValidCertificate(String how, @TempDir Path dir)
      throws Exception {
    refuses(how, dir);
  }

  @Test
  void a019RefusesAnUpstreamThatThePodCaVouchesFor(@TempDir Path dir) throws Exception {
    refuses(IllUpstream.POD_CA, dir);
  }

  @ParameterizedTest
  @ValueSource(strings = {"good.test", "a.b.good.test", "good.test.evil.test", "evilgood.test"})
  void a020MatchesExactlyOneExtraLabel(String host) throws Exception {
    site.open(
        site.blank()
            .bare(
                "wild",
                Protocol.HTTP,
                "*.good.test",
                site.raw.port(),
                new UpstreamRoots.SystemRoots(),
                "/v1/**"));
    var to = host + ":" + site.raw.port();
    denied(site.ask(get("http://" + to + "/v1/x", to)), 403, "target_unknown");
  }

  private void refuses(String how, Path dir) throws Exception {
    var ill = IllUpstream.of(how, site, dir);
    open(ill);
    var port = ill.upstream().port();
    distrusted(site.inside(Site.GOOD, port).send(get(PATH, Site.GOOD + ":" + port)).answer(), ill);
  }

  private static Stream<Object[]> everywhere(String... hosts) {
    return Stream.of(hosts)
        .flatMap(host ->
            Stream.of("absolute form", "Host", "CONNECT").map(where -> new Object[] {host, where}));
  }

  private void malformedHost(String odd, String where) throws IOException {
    malformed(asking(odd, where));
  }

  private String asking(String host, String where) {
    return switch (where) {
      case "absolute form" -> get("http://" + host + "/v1/x", host);
      case "Host" -> get("http://" + site.rawHost() + "/v1/x", host);
      default -> "CONNECT " + host + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
    };
  }

  static String hello(String... extensions) {
    return Hello.of(with(Hello.modern(), extensions));
  }

  static String[] with(List<String> modern, String... extensions) {
    var all = new ArrayList<>(modern);
    all.addAll(List.of(extensions));
    return all.toArray(String[]::new);
  }

  /// The tunnel ends with an alert, and nothing of a handshake comes before it.
  private void noCertificate(String hello, String reason) throws IOException {
    site.expect(reason);
    RawAgent agent = site.tunnel(site.goodHost()).send(hello);
    assertThat(agent.in.read()).isEqualTo(0x15);
    assertThat(agent.in.readAllBytes()).hasSize(6);
  }
}
