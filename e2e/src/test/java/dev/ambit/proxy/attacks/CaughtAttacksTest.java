package dev.ambit.proxy.attacks;

import static dev.ambit.proxy.Http2Peer.PROTOCOL_ERROR;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.Http2Peer;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.1 where the agent knows of no proxy: it dials where it likes, and the kernel turns it.
/// Wherever it dials, what it says is the authority, and what leads there is the proxy's own
/// look-up.
class CaughtAttacksTest extends AttackTest {
  @RegisterExtension static final InPod POD = InPod.open();

  private static final String PATH = "/v1/items/7";

  @Override
  Place place() {
    return POD;
  }

  /// O1 as the kernel sees it: everything that may be reached is in the pod.
  @AfterEach
  void nothingHasLeft() {
    assertThat(POD.left()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {PodNetwork.OUTSIDE, PodNetwork.OUTSIDE_6, "192.0.2.1"})
  void a001ReachesTheHostThatIsNamedWhateverAddressWasDialled(String address) throws Exception {
    var agent = site.agent(new InetSocketAddress(address, site.good.port()));
    var tls = site.kept(agent.tls(site.podCertificate(), Site.GOOD));
    granted(tls.send(get(PATH, site.goodHost())).answer());
    assertThat(site.good.served).hasValue(1);
    assertThat(site.decision(0).getAddress()).isEqualTo("127.0.0.1:" + site.good.port());
    assertThat(site.decision(0).getNotesList()).contains("origdst_mismatch");
  }

  @Test
  void a001ReachesTheHostThatIsNamedInClearToo() throws Exception {
    site.rawMayBeReached();
    granted(caught(site.raw.port()).send(get("/v1/x", site.rawHost())).answer());
    assertThat(site.decision(0).getNotesList()).contains("origdst_mismatch");
  }

  @Test
  void a001ReachesTheHostThatIsNamedByHttp2Too() throws Exception {
    var agent = http2();
    assertThat(agent.answer(agent.request("GET", site.goodHost(), PATH, true)).status())
        .isEqualTo(200);
    site.expect("");
    assertThat(site.decision(0).getNotesList()).contains("origdst_mismatch");
  }

  @Test
  void a002AnswersMisdirectedToAHostThatIsNotTheServerName() throws Exception {
    denied(
        good().send(get(PATH, "evil.test:" + site.good.port())).answer(),
        421,
        "authority_mismatch");
    assertThat(site.plane.issues).hasValue(0);
  }

  @Test
  void a003MintsNoLeafForANameThatNoTargetKnows() throws Exception {
    noCertificate(Hello.of(named(Site.EVIL)), "target_unknown");
  }

  @Test
  void a004OpensNoTunnelOnItsWay() throws Exception {
    for (var agent : List.of(caught(site.good.port()), good())) {
      var to = site.goodHost();
      denied(
          agent.send("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n").answer(),
          405,
          "unsupported");
      assertThat(agent.closed()).isTrue();
    }
  }

  @Test
  void a006ResetsARequestWhoseHostIsNotItsAuthority() throws Exception {
    var agent = http2();
    var answer = agent.answer(agent.request("GET", site.goodHost(), PATH, true, "host", Site.EVIL));
    assertThat(answer.reset).as(answer.toString()).isEqualTo(PROTOCOL_ERROR);
    site.expect("malformed");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("oddHellos")
  void a007ShowsNoCertificateWithoutTheOneServerName(String input, String hello, String reason)
      throws Exception {
    noCertificate(hello, reason);
  }

  static Stream<Object[]> oddHellos() {
    return AuthorityAttacksTest.oddHellos()
        .map(odd -> {
          // Without a name, or with another, the address or that name is what is asked for.
          var asked = odd[2].equals("authority_mismatch") && !odd[0].equals("SNI an IP");
          var reason = asked ? "target_unknown" : "malformed";
          return new Object[] {odd[0], odd[1], reason};
        });
  }

  @Test
  void a009RefusesTheOneCallThatNamesAnotherHost() throws Exception {
    var agent = good();
    granted(agent.send(get(PATH, site.goodHost())).answer());
    denied(agent.send(get(PATH, Site.EVIL)).answer(), 421, "authority_mismatch");
    granted(agent.send(get(PATH, site.goodHost())).answer());
  }

  @Test
  void a010RefusesTheFormThatNamesAWholeTarget() throws Exception {
    for (var agent : List.of(caught(site.raw.port()), good())) {
      site.expect("malformed");
      malformed(agent.send(get("http://" + Site.EVIL + "/", Site.GOOD)));
    }
  }

  @Test
  void a012SendsNothingInCleartextToAnHttpsTarget() throws Exception {
    denied(
        caught(site.good.port()).send(get(PATH, site.goodHost())).answer(),
        403,
        "protocol_not_granted");
    denied(caught(80).send(get(PATH, Site.GOOD)).answer(), 403, "target_unknown");
    assertThat(site.good.connections).hasValue(0);
    assertThat(site.plane.issues).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host: %\r\nHost: %\r\n", "Host:\r\n", "Host: %, evil.test\r\n", ""})
  void a013RefusesDuplicateEmptyListedAndMissingHosts(String fields) throws Exception {
    site.expect("malformed", "malformed");
    malformed(caught(site.raw.port()).send(asking("/v1/x", fields, site.rawHost())));
    malformed(good().send(asking(PATH, fields, site.goodHost())));
  }

  @Test
  void a014DeniesOtherPortsAndAHostWithoutThePort() throws Exception {
    for (var port : List.of(8_443, 22)) {
      noCertificate(caught(port), Hello.of(named(Site.GOOD)), "target_unknown");
    }
    denied(good().send(get(PATH, Site.GOOD)).answer(), 421, "authority_mismatch");
    denied(
        caught(site.raw.port()).send(get("/v1/x", Site.RAW)).answer(), 421, "authority_mismatch");
    denied(caught(81).send(get("/v1/x", site.rawHost())).answer(), 421, "authority_mismatch");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.good.test@evil.test",
        "api.good.test#.evil.test",
        "api.good.test:443:80",
        "api.good.test%00.evil.test",
        "api.good.test\\@evil"
      })
  void a015RefusesHostsWithMoreThanAHost(String odd) throws Exception {
    malformedName(odd);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169\u3002254\u3002169\u3002254",
        "\u2460\u2461\u2466.0.0.1",
        "api.good.test\u212a",
        "a\u00adpi.good.test",
        "\u00e4pi.good.test"
      })
  void a017RefusesHostsBeyondAscii(String odd) throws Exception {
    malformedName(new String(odd.getBytes(UTF_8), ISO_8859_1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"xn--pi-7ba.good.test", "xn--80ak6aa92e.test"})
  void a017DeniesHomographs(String odd) throws Exception {
    denied(caught(80).send(get("/v1/x", odd)).answer(), 403, "target_unknown");
    noCertificate(Hello.of(named(odd)), "target_unknown");
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
    denied(
        caught(site.raw.port()).send(get("/v1/x", host + ":" + site.raw.port())).answer(),
        403,
        "target_unknown");
  }

  private void refuses(String how, Path dir) throws Exception {
    var ill = IllUpstream.of(how, site, dir);
    open(ill);
    var port = ill.upstream().port();
    var tls = site.kept(caught(port).tls(site.podCertificate(), Site.GOOD));
    distrusted(tls.send(get(PATH, Site.GOOD + ":" + port)).answer(), ill);
  }

  /// As `Host`, and as the server name.
  private void malformedName(String odd) throws IOException {
    site.expect("malformed");
    malformed(caught(80).send(get("/v1/x", odd)));
    noCertificate(Hello.of(named(odd)), "malformed");
  }

  private static String asking(String path, String fields, String host) {
    return "GET " + path + " HTTP/1.1\r\n" + fields.replace("%", host) + "\r\n";
  }

  private static String[] named(String host) {
    return AuthorityAttacksTest.with(Hello.modern(), Hello.serverNames(host));
  }

  private void noCertificate(String hello, String reason) throws IOException {
    noCertificate(caught(site.good.port()), hello, reason);
  }

  /// The connection ends with an alert, and nothing of a handshake comes before it.
  private void noCertificate(RawAgent agent, String hello, String reason) throws IOException {
    site.expect(reason);
    agent.send(hello);
    assertThat(agent.in.read()).isEqualTo(0x15);
    assertThat(agent.in.readAllBytes()).hasSize(6);
  }

  /// An agent that dials outside at this port, where EVIL could be, and is turned.
  private RawAgent caught(int port) throws IOException {
    return site.agent(new InetSocketAddress(PodNetwork.OUTSIDE, port));
  }

  /// Inside of TLS with the server name of GOOD.
  private RawAgent good() throws IOException, GeneralSecurityException {
    return site.kept(caught(site.good.port()).tls(site.podCertificate(), Site.GOOD));
  }

  private Http2Peer http2() throws Exception {
    site.good.alpn("h2", "http/1.1");
    site.good.script = StubUpstream.Conversation::answerAllHttp2;
    var agent = site.kept(caught(site.good.port()).tls(site.podCertificate(), Site.GOOD, "h2"));
    return Http2Peer.client(agent.in, agent.out);
  }
}
