package dev.ambit.proxy.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// CONNECT, the ClientHello and what is spoken inside: one authority or none (security.md 4.1,
/// 4.5).
class TunnelTest {
  private StubUpstream good;
  private StubUpstream plain;
  private DataPlane proxy;
  private String authority;

  @BeforeEach
  void start() throws Exception {
    var ca = DataPlane.upstreamCa();
    good =
        StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD);
    plain = StubUpstream.plain();
    proxy = new DataPlane(Limits.DEFAULT, ca, good.port(), plain.port());
    authority = DataPlane.GOOD + ":" + good.port();
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    good.close();
    plain.close();
  }

  @Test
  void a002AnswersMisdirectedToAHostThatIsNotTheTunnels() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      var answer = agent.send("GET /v1/x HTTP/1.1\r\nHost: evil.test\r\n\r\n").answer();
      assertThat(answer.status()).isEqualTo(421);
      assertThat(answer.reason()).isEqualTo("authority_mismatch");
    }
    assertThat(good.connections).hasValue(0);
  }

  @Test
  void a004DeniesAServerNameThatIsNotTheHostOfTheTunnel() throws Exception {
    refusesHello(List.of(new SNIHostName("evil.test")));
  }

  @Test
  void a007DeniesAMissingServerName() throws Exception {
    refusesHello(List.of());
  }

  @Test
  void a009RefusesTheOneCallThatNamesAnotherHost() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      assertThat(get(agent, authority).status()).isEqualTo(200);
      assertThat(get(agent, "evil.test").status()).isEqualTo(421);
      assertThat(get(agent, authority).status()).isEqualTo(200);
    }
  }

  @Test
  void a012DeniesPlainHttpToAnHttpsTarget() throws Exception {
    try (var agent = tunnel(authority)) {
      var answer = get(agent, authority);
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.reason()).isEqualTo("protocol_not_granted");
    }
    assertThat(good.bytes()).isEmpty();
  }

  @Test
  void a014DeniesOtherPortsAndAHostWithoutThePort() throws Exception {
    refusesConnect(DataPlane.GOOD + ":8443", 403, "target_unknown");
    refusesConnect(DataPlane.GOOD + ":22", 403, "target_unknown");
    try (var agent = proxy.inTunnel(good.port())) {
      assertThat(get(agent, DataPlane.GOOD).status()).isEqualTo(421);
    }
  }

  @Test
  void refusesTunnelsToUnknownAndMalformedAuthorities() throws Exception {
    refusesConnect("evil.test:443", 403, "target_unknown");
    refusesConnect("evil.test", 400, "malformed");
    refusesConnect("https://evil.test:443", 400, "malformed");
    refusesConnect("127.1:443", 400, "malformed");
    assertThat(proxy.lookups).hasValue(0);
  }

  /// Many clients show no more of a refused tunnel than its status line.
  @Test
  void saysWhyInTheStatusLine() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send("CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n");
      assertThat(agent.answer().head()).startsWith("HTTP/1.1 403 Target unknown\r\n");
    }
  }

  /// So that the session's receipt counts it.
  @Test
  void countsARefusedTunnelAmongTheCallsOfItsSession() throws Exception {
    refusesConnect("evil.test:443", 403, "target_unknown");
    assertThat(sessionOf(1)).isEqualTo(DataPlane.SESSION.value());
    refusesConnect("evil.test", 400, "malformed");
    assertThat(sessionOf(2)).isEqualTo(DataPlane.SESSION.value());
    try (var agent = tunnel(authority)) {
      assertThatThrownBy(() ->
              agent.tls(
                  proxy.podCertificate(), DataPlane.GOOD, List.of(new SNIHostName("evil.test"))))
          .isInstanceOf(SSLException.class);
    }
    assertThat(sessionOf(3)).isEqualTo(DataPlane.SESSION.value());
    try (var agent = proxy.inTunnel(good.port())) {
      assertThat(get(agent, "evil.test").status()).isEqualTo(421);
    }
    assertThat(sessionOf(4)).isEqualTo(DataPlane.SESSION.value());
  }

  /// Whose handle does not fit must not be told, or counted against, another's session.
  @Test
  void countsARefusedTunnelWithAWrongHandleForNoSession() throws Exception {
    try (var agent = proxy.agent()) {
      var answer =
          agent.send("CONNECT evil.test:443 HTTP/1.1\r\nAmbit-Session: wrong\r\n\r\n").answer();
      assertThat(answer.body()).contains("target_unknown").doesNotContain("\"session\"");
    }
    assertThat(sessionOf(1)).isEmpty();
  }

  private String sessionOf(int entry) throws InterruptedException {
    var denial = proxy.log.entry(entry).denial();
    return denial == null ? "" : denial.session().map(one -> one.id().value()).orElse("");
  }

  @Test
  void tellsWhyThereIsNoSession() throws Exception {
    proxy.image = SessionImage.EMPTY;
    refusesConnect(authority, 403, "no_session");
    proxy.image =
        new SessionImage(
            1, 2, Map.of(), Map.of(DataPlane.SESSION, new Tombstone(Reason.SESSION_EXPIRED, "")));
    refusesConnect(authority, 403, "session_expired");
    proxy.leaseHeld = false;
    refusesConnect(authority, 503, "lease_lost");
  }

  @Test
  void carriesPlainHttpInsideATunnelToAnHttpTarget() throws Exception {
    var to = DataPlane.PLAIN + ":" + plain.port();
    try (var agent = tunnel(to)) {
      assertThat(get(agent, to).status()).isEqualTo(200);
    }
    assertThat(plain.heads).hasSize(1);
  }

  @Test
  void acceptsAnOldConnectWithoutHost() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send("CONNECT " + authority + " HTTP/1.0\r\n\r\n");
      readHead(agent);
      var inside = agent.tls(proxy.podCertificate(), DataPlane.GOOD);
      assertThat(get(inside, authority).status()).isEqualTo(200);
    }
  }

  @Test
  void a060RefusesConnectInsideATunnel() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      assertThat(
              agent
                  .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                  .answer()
                  .status())
          .isEqualTo(405);
      assertThat(agent.closed()).isTrue();
    }
  }

  @Test
  void a106OpensNoOpaqueTunnel() throws Exception {
    try (var agent = tunnel(authority)) {
      agent.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(400);
    }
    try (var agent = tunnel(authority)) {
      agent.send("SSH-2.0-x\r\n");
      assertThat(agent.answer().status()).isEqualTo(400);
    }
    assertThat(good.connections).hasValue(0);
  }

  @Test
  void a148ClosesOnAClientHelloThatIsNotOne() throws Exception {
    for (var odd :
        List.of(
            "\u0016\u0003\u0001\u00ff\u00ff\u0001\u00ff\u00ff\u00ff",
            "\u0016\u0003\u0001\0\5\2\0\0\1x",
            "\u0016\u0002\0\0\5\1\0\0\1x",
            "\u0016\u0003\u0001\0\5\1\0\0\1x")) {
      try (var agent = tunnel(authority)) {
        agent.send(odd);
        while (!agent.closed()) {
          // The alert comes first.
        }
      }
    }
    assertThat(proxy.log.entry(4).reason()).isEqualTo("malformed");
  }

  @Test
  void keepsTheHandlesOfTheTunnelAndOfTheCall() throws Exception {
    try (var agent = proxy.agent()) {
      agent.send(
          "CONNECT "
              + authority
              + " HTTP/1.1\r\nHost: "
              + authority
              + "\r\nProxy-Authorization: Basic aGFuZGxlOg==\r\n\r\n");
      readHead(agent);
      var inside = agent.tls(proxy.podCertificate(), DataPlane.GOOD);
      var answer =
          inside
              .send("GET /v1/x HTTP/1.1\r\nHost: " + authority + "\r\nAmbit-Session: b\r\n\r\n")
              .answer();
      assertThat(answer.reason()).isEqualTo("session_ambiguous");
    }
    var arrival = proxy.log.entry(1).arrival();
    assertThat(arrival).isNotNull();
    if (arrival != null) {
      assertThat(arrival.handles()).containsExactly("handle", "b");
    }
  }

  @Test
  void negotiatesHttp11Alone() throws Exception {
    try (var agent = proxy.inTunnel(good.port())) {
      assertThat(get(agent, authority).head()).startsWith("HTTP/1.1 200");
    }
  }

  private void refusesHello(List<javax.net.ssl.SNIServerName> names) throws Exception {
    try (var agent = tunnel(authority)) {
      assertThatThrownBy(() -> agent.tls(proxy.podCertificate(), DataPlane.GOOD, names))
          .isInstanceOf(SSLException.class);
    }
    assertThat(proxy.log.entry(1).reason()).isEqualTo("authority_mismatch");
    assertThat(proxy.lookups).hasValue(0);
  }

  private void refusesConnect(String to, int status, String reason) throws Exception {
    try (var agent = proxy.agent()) {
      int before = proxy.log.entries.size();
      var answer =
          agent
              .send("CONNECT " + to + " HTTP/1.1\r\nHost: x\r\n\r\n".replace("Host: x\r\n", ""))
              .answer();
      assertThat(answer.status()).as(to).isEqualTo(status);
      assertThat(answer.reason()).as(to).isEqualTo(reason);
      assertThat(agent.closed()).isTrue();
      assertThat(proxy.log.entry(before + 1).reason()).isEqualTo(reason);
    }
  }

  private RawAgent tunnel(String to) throws IOException {
    var agent = proxy.agent();
    agent.send("CONNECT " + to + " HTTP/1.1\r\nHost: " + to + "\r\n\r\n");
    readHead(agent);
    return agent;
  }

  private static void readHead(RawAgent agent) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      head.append((char) agent.in.read());
    }
    assertThat(head.toString()).startsWith("HTTP/1.1 200 ");
  }

  private static RawAgent.Answer get(RawAgent agent, String host) throws IOException {
    return agent.send("GET /v1/x HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer();
  }
}
