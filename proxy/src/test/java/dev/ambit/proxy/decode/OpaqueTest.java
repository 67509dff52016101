package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Axes;
import dev.ambit.envelope.Condition;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.DataPlane;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.OpaqueLimits;
import dev.ambit.proxy.testing.Tuned;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Connections of which nothing is read: told by their address or server name before a byte of them
/// goes on, and then left to both sides.
class OpaqueTest {
  private static final String DB = "db.good.test";
  private static final String WEB = "web.good.test";
  private static final int MIB = 1 << 20;

  private final CertificateAuthority ca = DataPlane.upstreamCa();
  private final Tuned tuned = new Tuned();
  private StubUpstream tls;
  private StubUpstream tcp;
  private DataPlane proxy;
  private long before;
  private int quiet;

  @BeforeEach
  void start() throws Exception {
    tls =
        StubUpstream.tls(
            ca,
            Validity.from(InstantSource.system().instant(), Duration.ofHours(1)),
            DataPlane.GOOD,
            DB,
            WEB);
    tcp = StubUpstream.plain();
    tcp.script = OpaqueTest::greetAndEcho;
    restart();
  }

  private void restart() throws Exception {
    if (proxy != null) {
      proxy.close();
    }
    proxy = new DataPlane(tuned.limits(), ca, tls.port(), tcp.port());
    proxy.put(envelope(Axes.NONE));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    tls.close();
    tcp.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void carriesWhatAnUpstreamSaysFirstToTheOneThatDialledItsSyntheticAddress(int family)
      throws Exception {
    try (var agent = dial(synthetic(DB).get(family), tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
      assertThat(line(agent.send("\0\u00ff\r\n\u0016\u0003"))).isEqualTo("\0\u00ff\r");
      assertThat(new String(agent.in.readNBytes(2), ISO_8859_1)).isEqualTo("\u0016\u0003");
    }
    var closed = closed(1);
    assertThat(closed.bytesOut()).isEqualTo(6);
    assertThat(closed.bytesIn()).isEqualTo(12);
    assertThat(closed.reason()).isEmpty();
    assertThat(proxy.lookups).hasValue(1);
    assertThat(proxy.issued).hasValue(0);
    assertThat(proxy.opaque.traffic().bytesOut()).isEqualTo(6);
    assertThat(proxy.opaque.traffic().bytesIn()).isEqualTo(12);
    Await.until("closed", () -> proxy.opaque.traffic().open() == 0);
  }

  @Test
  void resetsWhatDialsASyntheticAddressThatStandsForNothing() throws Exception {
    resets(new InetSocketAddress(InetAddress.getByName("198.19.7.7"), tcp.port()));
    assertThat(proxy.log.entry(1).reason()).isEqualTo("target_unknown");
    resets(new InetSocketAddress(InetAddress.getByName("fdc9:4e17:a652::7"), tcp.port()));
    resets(new InetSocketAddress(synthetic(DB).getFirst(), 9));
    assertThat(proxy.log.entry(3).reason()).isEqualTo("target_unknown");
    assertThat(tcp.connections).hasValue(0);
    assertThat(proxy.lookups).hasValue(0);
  }

  @Test
  void knowsANameAgainThatAClientStillHasTheAddressOf() throws Exception {
    var before = synthetic(DB).getFirst();
    restart();
    try (var agent = dial(before, tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
    }
  }

  @Test
  void anAddressThatATargetHasIsReachedByItself() throws Exception {
    var here = InetAddress.getLoopbackAddress();
    proxy.put(envelope(Axes.NONE, tls.port(), here.getHostAddress()));
    try (var agent = dial(here, tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
    }
    assertThat(proxy.lookups).hasValue(0);
  }

  @Test
  void readsTheCallsToAnotherPortOfTheName() throws Exception {
    var address = synthetic(DB).getFirst();
    try (var agent = dial(address, tls.port()).tls(proxy.podCertificate(), DB)) {
      agent.send("GET /v1/x HTTP/1.1\r\nHost: " + DB + ":" + tls.port() + "\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    try (var agent = dial(address, tls.port())) {
      assertThatThrownBy(
              () -> agent.tls(proxy.podCertificate(), WEB, List.of(new SNIHostName(WEB))))
          .isInstanceOf(SSLException.class);
    }
    assertThat(proxy.log.entry(2).reason()).isEqualTo("authority_mismatch");
  }

  @Test
  void answersAConnectWhenTheUpstreamIsReached() throws Exception {
    try (var agent = connect(DB, tcp.port())) {
      assertThat(agent.head()).startsWith("HTTP/1.1 200 ");
      assertThat(line(agent)).isEqualTo("hello");
      assertThat(line(agent.send("ping\n"))).isEqualTo("ping");
    }
    assertThat(closed(1).status()).isEqualTo(200);
  }

  /// What a client sends without waiting for the answer is not lost, and not read as HTTP.
  @Test
  void carriesWhatCameWithTheConnect() throws Exception {
    try (var agent = proxy.agent()) {
      var authority = DB + ":" + tcp.port();
      agent.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\nGET /\n");
      assertThat(agent.head()).startsWith("HTTP/1.1 200 ");
      assertThat(line(agent)).isEqualTo("hello");
      assertThat(line(agent)).isEqualTo("GET /");
    }
  }

  @Test
  void tellsInTheAnswerToConnectWhyThereIsNoConnection() throws Exception {
    proxy.put(envelope(new Axes(null, null, null, new Condition.Always(false), false)));
    try (var agent = connect(DB, tcp.port())) {
      var answer = agent.answer();
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.reason()).isEqualTo("condition_false");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(tcp.connections).hasValue(0);
    assertThat(proxy.intents).hasValue(0);
  }

  @Test
  void tellsThatTheUpstreamCannotBeReached() throws Exception {
    tcp.close();
    try (var agent = connect(DB, tcp.port())) {
      assertThat(agent.answer().status()).isEqualTo(502);
    }
    assertThat(closed(1).failedStage()).isEqualTo("connect");
    resets(new InetSocketAddress(synthetic(DB).getFirst(), tcp.port()));
  }

  @Test
  void f11DialsNoMoreWhereNobodyListens() throws Exception {
    tcp.close();
    for (var i = 0; i < 5; i++) {
      refusedFor("cannot be reached.");
    }
    refusedFor("left alone for 1 s.");
  }

  private void refusedFor(String words) throws Exception {
    try (var agent = connect(DB, tcp.port())) {
      assertThat(agent.answer().body()).contains(words);
    }
  }

  @Test
  void opensNothingThatCannotBeRecorded() throws Exception {
    proxy.durable = false;
    try (var agent = connect(DB, tcp.port())) {
      assertThat(agent.answer().reason()).isEqualTo("audit_unavailable");
    }
    resets(new InetSocketAddress(synthetic(DB).getFirst(), tcp.port()));
    assertThat(tcp.connections).hasValue(0);
  }

  @Test
  void passesTlsThroughToWhereItsServerNameLeads() throws Exception {
    var elsewhere = InetAddress.getByName("203.0.113.9");
    try (var agent = dial(elsewhere, tls.port()).tls(ca.certificate(), DataPlane.GOOD)) {
      assertThat(agent.shown().getIssuerX500Principal())
          .isEqualTo(ca.certificate().getSubjectX500Principal());
      agent.send("GET /anything HTTP/1.1\r\nHost: " + DataPlane.GOOD + "\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    assertThat(closed(1).bytesIn()).isPositive();
    assertThat(proxy.lookups).hasValue(1);
    assertThat(proxy.issued).hasValue(0);
  }

  @Test
  void passesTlsThroughATunnelToItsHost() throws Exception {
    try (var agent =
        proxy.tunnel(DataPlane.GOOD, tls.port()).tls(ca.certificate(), DataPlane.GOOD)) {
      agent.send("GET /anything HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(agent.answer().status()).isEqualTo(200);
    }
    try (var agent = proxy.tunnel(DataPlane.GOOD, tls.port())) {
      agent.send(
          "GET /anything HTTP/1.1\r\nHost: " + DataPlane.GOOD + ":" + tls.port() + "\r\n\r\n");
      assertThat(agent.answer().reason()).isEqualTo("protocol_not_granted");
    }
    assertThat(tls.connections).hasValue(1);
  }

  @Test
  void a003PassesNoTlsToANameThatNoTargetHas() throws Exception {
    var good = InetAddress.getLoopbackAddress();
    refusesTls(dial(good, tls.port()), "evil.test", List.of(new SNIHostName("evil.test")));
    assertThat(proxy.log.entry(1).reason()).isEqualTo("target_unknown");
  }

  @Test
  void a004PassesNoTlsToAnotherHostThanTheTunnels() throws Exception {
    var names = List.of(new SNIHostName("evil.test"));
    refusesTls(proxy.tunnel(DataPlane.GOOD, tls.port()), "evil.test", List.copyOf(names));
    assertThat(proxy.log.entry(1).reason()).isEqualTo("authority_mismatch");
  }

  @Test
  void a007PassesNoTlsWithoutAServerName() throws Exception {
    refusesTls(proxy.tunnel(DataPlane.GOOD, tls.port()), DataPlane.GOOD, List.of());
    assertThat(proxy.log.entry(1).reason()).isEqualTo("authority_mismatch");
    refusesTls(dial(InetAddress.getByName("203.0.113.9"), tls.port()), DataPlane.GOOD, List.of());
    assertThat(proxy.log.entry(2).reason()).isEqualTo("target_unknown");
  }

  @Test
  void a007PassesNoTlsThatMayHideASecondServerName() throws Exception {
    try (var agent = dial(InetAddress.getByName("203.0.113.9"), tls.port())) {
      agent.send(hello(DataPlane.GOOD, 0xfe0d));
      assertThat(agent.in.readNBytes(7)).containsExactly(0x15, 3, 3, 0, 2, 2, 112);
      assertThat(agent.closed()).isTrue();
    }
    assertThat(proxy.log.entry(1).reason()).isEqualTo("authority_mismatch");
    assertThat(tls.connections).hasValue(0);
  }

  /// What is read of it is not written anew.
  @Test
  void passesTheClientHelloOnAsItCame() throws Exception {
    proxy.put(envelope(Axes.NONE, tcp.port()));
    tcp.script = with -> with.in.transferTo(with.out);
    var hello = hello(DataPlane.GOOD, 0x0a0a);
    try (var agent = dial(InetAddress.getByName("203.0.113.9"), tcp.port())) {
      for (var at = 0; at < hello.length(); at++) {
        agent.send(hello.substring(at, at + 1));
      }
      assertThat(new String(agent.in.readNBytes(hello.length()), ISO_8859_1)).isEqualTo(hello);
    }
  }

  @Test
  void answersTlsThatMayNotPassWithAnAlert() throws Exception {
    proxy.put(envelope(new Axes(null, null, null, new Condition.Always(false), false)));
    try (var agent = dial(InetAddress.getByName("203.0.113.9"), tls.port())) {
      agent.send(hello(DataPlane.GOOD, 0x0a0a));
      assertThat(agent.in.readNBytes(7)).containsExactly(0x15, 3, 3, 0, 2, 2, 49);
      assertThat(agent.closed()).isTrue();
    }
    assertThat(proxy.log.entry(1).reason()).isEqualTo("condition_false");
  }

  @Test
  void deliversWhatIsSaidAfterTheOtherSideHasSaidItsLast() throws Exception {
    tcp.script =
        with -> {
          var said = with.in.readAllBytes().length;
          with.answer("you said " + said + "\n");
        };
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), caughtPort())) {
      socket.getOutputStream().write(new byte[3 * MIB]);
      socket.shutdownOutput();
      assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
          .isEqualTo("you said " + 3 * MIB + "\n");
    }
    assertThat(closed(1).result()).isEqualTo(CallEnd.Result.ANSWERED);
  }

  @Test
  void deliversWhatTheAgentSaysAfterTheUpstreamsLast() throws Exception {
    var got = new CompletableFuture<Integer>();
    tcp.script =
        with -> {
          with.answer("enough\n");
          with.socket.shutdownOutput();
          got.complete(with.in.readAllBytes().length);
        };
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), caughtPort())) {
      assertThat(socket.getInputStream().readAllBytes()).hasSize(7);
      socket.getOutputStream().write(new byte[MIB]);
    }
    assertThat(got.get()).isEqualTo(MIB);
    assertThat(closed(1).result()).isEqualTo(CallEnd.Result.ANSWERED);
  }

  @Test
  void readsNoFasterThanTheOtherSideTakes() throws Exception {
    var taken = new CountDownLatch(1);
    var arrived = new AtomicLong();
    tcp.script =
        with -> {
          await(taken);
          arrived.set(with.in.transferTo(OutputStream.nullOutputStream()));
        };
    var written = new AtomicLong();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), caughtPort())) {
      var writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (var piece = 0; piece < 64; piece++) {
                    socket.getOutputStream().write(new byte[MIB]);
                    written.addAndGet(MIB);
                  }
                  socket.shutdownOutput();
                } catch (IOException broken) {
                  throw new UncheckedIOException(broken);
                }
              });
      Await.until("it stands still", () -> standsStill(written));
      assertThat(written.get()).isLessThan(64L * MIB);
      taken.countDown();
      writer.join();
      Await.until("all has come", () -> arrived.get() == 64L * MIB);
    }
  }

  @Test
  void a164CutsItWhenItsSessionEnds() throws Exception {
    try (var agent = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
      proxy.endSession();
      assertThat(agent.closed()).isTrue();
    }
    assertThat(closed(1).result()).isEqualTo(CallEnd.Result.CUT);
    assertThat(closed(1).reason()).isEqualTo("session_ended");
    Await.until("the upstream is let go", () -> tcp.ended.get() == 1);
  }

  @Test
  void cutsItWhenItsGrantIsGone() throws Exception {
    try (var agent = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
      proxy.put(envelope(new Axes(null, null, null, new Condition.Always(false), false)));
      assertThat(agent.closed()).isTrue();
    }
    assertThat(closed(1).reason()).isEqualTo("condition_false");
  }

  @Test
  void cutsWhatCarriesNothing() throws Exception {
    tuned.opaque = limits(16, Duration.ofMillis(200));
    restart();
    try (var agent = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
      assertThat(agent.closed()).isTrue();
    }
    assertThat(closed(1).result()).isEqualTo(CallEnd.Result.CUT);
    assertThat(closed(1).reason()).isEqualTo("limit_exceeded");
  }

  @Test
  void refusesOneMoreThanMayBeOpen() throws Exception {
    tuned.opaque = limits(1, Duration.ofMinutes(1));
    restart();
    try (var first = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(first)).isEqualTo("hello");
      try (var second = connect(DB, tcp.port())) {
        var answer = second.answer();
        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.reason()).isEqualTo("limit_exceeded");
      }
    }
    var _ = closed(2);
    Await.until("its place is free", () -> proxy.opaque.traffic().open() == 0);
    try (var third = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(third)).isEqualTo("hello");
    }
  }

  @Test
  void tellsEachSideThatTheOtherHasGone() throws Exception {
    try (var agent = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
    }
    Await.until("the upstream knows", () -> tcp.ended.get() == 1);
    tcp.script =
        with -> {
          with.answer("hello\n");
          var _ = with.in.read();
          with.socket.setSoLinger(true, 0);
        };
    try (var agent = dial(synthetic(DB).getFirst(), tcp.port())) {
      assertThat(line(agent)).isEqualTo("hello");
      assertThat(agent.send("x").closed()).isTrue();
    }
    assertThat(closed(2).result()).isEqualTo(CallEnd.Result.UPSTREAM_FAILED);
    assertThat(closed(2).failedStage()).isEqualTo("receive");
  }

  private static void greetAndEcho(StubUpstream.Conversation with) throws IOException {
    with.answer("hello\n");
    with.in.transferTo(with.out);
  }

  private static OpaqueLimits limits(int streams, Duration idle) {
    return new OpaqueLimits(streams, idle, 16, Duration.ofMinutes(10));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  /// Whether nothing was added since the last time it was looked at.
  private boolean standsStill(AtomicLong written) {
    var now = written.get();
    var still = now > 0 && now == before;
    before = now;
    if (still) {
      quiet++;
    } else {
      quiet = 0;
    }
    return quiet == 40;
  }

  private List<InetAddress> synthetic(String name) throws Exception {
    return proxy.onLoop(() -> proxy.synthetic.of(name));
  }

  private RawAgent dial(InetAddress address, int port) throws IOException {
    return RawAgent.connect(proxy.caught(new InetSocketAddress(address, port)));
  }

  private int caughtPort() throws Exception {
    return proxy.caught(new InetSocketAddress(synthetic(DB).getFirst(), tcp.port())).getPort();
  }

  private void resets(InetSocketAddress original) throws IOException {
    try (var agent = RawAgent.connect(proxy.caught(original))) {
      assertThat(agent.closed()).isTrue();
    }
  }

  private RawAgent connect(String host, int port) throws IOException {
    var authority = host + ":" + port;
    return proxy
        .agent()
        .send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
  }

  private void refusesTls(RawAgent connected, String host, List<SNIServerName> serverNames)
      throws IOException {
    try (var agent = connected) {
      assertThatThrownBy(() -> agent.tls(ca.certificate(), host, serverNames))
          .isInstanceOf(IOException.class);
    }
    assertThat(tls.connections).hasValue(0);
  }

  private CallEnd.Closed closed(int entry) throws InterruptedException {
    return (CallEnd.Closed) Objects.requireNonNull(proxy.log.entry(entry).end());
  }

  private static String line(RawAgent agent) throws IOException {
    var line = new StringBuilder();
    for (int b = agent.in.read(); b >= 0 && b != '\n'; b = agent.in.read()) {
      line.append((char) b);
    }
    return line.toString();
  }

  /// A ClientHello with this server name and one more, empty extension.
  private static String hello(String name, int extension) {
    var list = "\0" + number(name.length()) + name;
    var names = number(0) + number(list.length() + 2) + number(list.length()) + list;
    var extensions = names + number(extension) + number(0);
    var body =
        "\u0003\u0003"
            + "r".repeat(32)
            + "\0"
            + number(2)
            + "\u0013\u0001"
            + "\u0001\0"
            + number(extensions.length())
            + extensions;
    var message = "\u0001\0" + number(body.length()) + body;
    return "\u0016\u0003\u0001" + number(message.length()) + message;
  }

  private static String number(int value) {
    return "" + (char) (value >> 8) + (char) (value & 0xff);
  }

  private Envelope envelope(Axes axes) {
    return envelope(axes, tls.port());
  }

  private Envelope envelope(Axes axes, int pinnedPort) {
    return envelope(axes, pinnedPort, DB);
  }

  private Envelope envelope(Axes axes, int pinnedPort, String db) {
    var now = proxy.envelope();
    var paths = List.of(PathTemplate.parse("/v1/**").orThrow());
    var bundle = new UpstreamRoots.Bundle(Pem.certificates(List.of(ca.certificate())));
    return new Envelope(
        now.session(),
        now.template(),
        now.workload(),
        now.binding(),
        now.sharing(),
        now.expiresAt(),
        now.idle(),
        now.calls(),
        List.of(
            target(
                "pinned",
                DataPlane.GOOD,
                pinnedPort,
                Protocol.TLS,
                new UpstreamRoots.SystemRoots()),
            target("db", db, tcp.port(), Protocol.TCP, new UpstreamRoots.SystemRoots()),
            target("web", DB, tls.port(), Protocol.HTTPS, bundle),
            target("other", WEB, tls.port(), Protocol.HTTPS, bundle)),
        List.of(
            grant("pinned", axes),
            grant("db", axes),
            new Grant("web", "web", Set.of("GET"), paths, OptionalLong.empty(), null)),
        List.of());
  }

  private static Grant grant(String target, Axes axes) {
    return new Grant(target, target, Set.of(), List.of(), OptionalLong.empty(), null, axes);
  }

  private static Target target(
      String name, String host, int port, Protocol protocol, UpstreamRoots roots) {
    return new Target(
        name,
        List.of(HostPattern.parse(host).orThrow()),
        Set.of(port),
        protocol,
        AddressRules.PUBLIC,
        roots);
  }
}
