package dev.ambit.proxy;

import static java.util.concurrent.CompletableFuture.completedStage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Cidr;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.Exhausted;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proxy.config.Config;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.testing.FakeControlPlane;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole proxy as it is wired in production, on real sockets with real TLS: identities from a
/// Workload API, a control plane over mTLS, an upstream, and an ordinary client that knows no more
/// than the proxy's address and the pod CA.
class ProxyTest {
  private static final String CONTROL_ID = "spiffe://example.org/ambit/control";
  private static final String HOST = "api.good.test";

  @TempDir private Path dir;

  private DevelopmentAuthority spiffe;
  private SpiffeSource controlIdentity;
  private FakeControlPlane plane;
  private CertificateAuthority upstreamCa;
  private StubUpstream upstream;
  private Proxy proxy;
  private HttpClient agent;
  private Optional<Path> extraRoots = Optional.empty();

  @BeforeEach
  void start() throws Exception {
    spiffe = DevelopmentAuthority.start("example.org");
    spiffe.serve(dir.resolve("c.sock"), CONTROL_ID);
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    controlIdentity = SpiffeSource.open(dir.resolve("c.sock"), Duration.ofSeconds(10));
    plane =
        new FakeControlPlane(
            new SpiffeTls(controlIdentity, PeerPolicy.of(Samples.WORKLOAD)).grpcServer());
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofDays(1));
    upstreamCa = CertificateAuthority.create("upstreams", validity);
    upstream = StubUpstream.tls(upstreamCa, validity, HOST);
    plane.put(envelope());
    proxy = proxy(surroundings());
    until(proxy::started);
    agent = agent();
  }

  @AfterEach
  void stop() throws IOException {
    agent.close();
    proxy.close();
    plane.close();
    upstream.close();
    controlIdentity.close();
    spiffe.close();
  }

  @Test
  void carriesAGrantedCallWithTheCredentialAndRecordsItsWay() throws Exception {
    assertThat(get("/v1/items/7").statusCode()).isEqualTo(200);
    assertThat(upstream.heads).singleElement().asString().contains("Bearer canary");
    until(() -> plane.records.size() == 2);
    var decision = plane.records.get(0).getDecision();
    assertThat(decision.getPermitted()).isTrue();
    assertThat(decision.getGrant()).isEqualTo("items");
    assertThat(decision.getCredentialId()).isNotEmpty();
    assertThat(plane.records.get(1).getCompletion().getResult())
        .isEqualTo(Completion.COMPLETION_ANSWERED);
    assertThat(plane.records.get(1).getCallId()).isEqualTo(plane.records.get(0).getCallId());
    assertThat(get("/v1/items/8").statusCode()).isEqualTo(200);
    assertThat(plane.issues).hasValue(1);
    assertThat(plane.reservations).hasValue(0);
  }

  @Test
  void refusesWhatIsNotGrantedReadably() throws Exception {
    var refused = get("/v1/other");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.headers().firstValue("content-type")).contains("application/problem+json");
    assertThat(refused.body()).contains("urn:ambit:denial:path_not_granted");
    until(() -> !plane.records.isEmpty());
    assertThat(plane.records.getFirst().getDecision().getReason()).isEqualTo("path_not_granted");
    assertThat(upstream.connections).hasValue(0);
    assertThat(plane.issues).hasValue(0);
  }

  @Test
  void spendsABudgetAndStopsWhenItIsExhausted() throws Exception {
    assertThat(get("/counted").statusCode()).isEqualTo(200);
    until(() -> plane.settled.size() == 1);
    assertThat(plane.settled.getFirst().getCallsSpent()).isEqualTo(1);
    plane.ledger =
        _ ->
            ReserveResponse.newBuilder()
                .setExhausted(Exhausted.newBuilder().setBudget("counted"))
                .build();
    var exhausted = get("/counted");
    assertThat(exhausted.statusCode()).isEqualTo(429);
    assertThat(exhausted.body()).contains("budget_exhausted");
  }

  @Test
  void neverSendsBareWhenNoCredentialCanBeHad() throws Exception {
    plane.issuer = _ -> null;
    var refused = get("/v1/items/7");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(refused.body()).contains("credential_unavailable");
    assertThat(upstream.heads).isEmpty();
    plane.issuer = FakeControlPlane::bearer;
    assertThat(get("/v1/items/7").statusCode()).isEqualTo(200);
  }

  @Test
  void endsWithTheSession() throws Exception {
    assertThat(get("/v1/items/7").statusCode()).isEqualTo(200);
    plane.end(Samples.ONE, CloseReason.CLOSE_REASON_COMPLETED);
    until(() -> plane.acknowledged() == plane.version());
    var refused = get("/v1/items/7");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("session_ended");
    assertThat(upstream.heads).hasSize(1);
  }

  @Test
  void stopsWhileTheSessionIsSuspendedAndAsksAnewForItsCredentialAfterwards() throws Exception {
    assertThat(get("/v1/items/7").statusCode()).isEqualTo(200);
    plane.suspend(Samples.ONE, true);
    until(() -> plane.acknowledged() == plane.version());
    var refused = get("/v1/items/7");
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("session_suspended", "\"retryable\":true");
    assertThat(plane.issues).hasValue(1);
    plane.suspend(Samples.ONE, false);
    until(() -> plane.acknowledged() == plane.version());
    assertThat(get("/v1/items/7").statusCode()).isEqualTo(200);
    assertThat(plane.issues).hasValue(2);
    assertThat(upstream.heads).hasSize(2);
  }

  @Test
  void deniesEverythingWithoutALeaseAndRecovers() throws Exception {
    plane.lease = Duration.ofSeconds(1);
    plane.dropStreams();
    until(() -> plane.hellos() == 2);
    // The second heartbeat of a stream follows the answer to the first.
    var heard = plane.heard.size();
    until(() -> plane.heard.size() > heard + 2);
    plane.answersHeartbeats = false;
    until(() -> status("/bare") == 503);
    assertThat(get("/bare").body()).contains("lease_lost");
    assertThat(admin("/readyz")).isEqualTo(503);
    plane.answersHeartbeats = true;
    until(() -> status("/bare") == 200);
    assertThat(admin("/readyz")).isEqualTo(200);
  }

  @Test
  void tellsItsHealthAndItsNumbers() throws Exception {
    get("/bare");
    assertThat(admin("/livez")).isEqualTo(200);
    assertThat(admin("/startupz")).isEqualTo(200);
    var page = fetch("/metrics").body();
    assertThat(page)
        .contains("ambit_calls_total{code_class=\"2xx\",decision=\"permit\",target=\"good\"} 1.0")
        .contains("ambit_active_sessions 1.0")
        .contains("ambit_lease_remaining_seconds 1")
        .contains("ambit_overhead_seconds_count{stage=\"total\"} 1")
        .contains("ambit_svid_expiry_timestamp_seconds")
        .contains("ambit_ca_expiry_timestamp_seconds")
        .contains("ambit_build_info{version=\"development\"} 1");
  }

  @Test
  void aRestartedProxyLeavesWhatAgentsTrustUntouched() throws Exception {
    var trust = new TrustFolder(dir.resolve("trust"));
    var own = Pem.readCertificates(Files.readString(trust.own())).getFirst();
    var store = KeyStore.getInstance(trust.javaStore().toFile(), (char[]) null);
    assertThat(store.getCertificateAlias(own)).isNotNull();
    assertThat(Pem.readCertificates(Files.readString(trust.bundle()))).hasSizeGreaterThan(50);
    var files = List.of(trust.own(), trust.bundle(), trust.javaStore());
    var before = inodes(files);
    restart();
    assertThat(inodes(files)).isEqualTo(before);
    assertThat(get("/v1/items/7").statusCode()).isEqualTo(200);
  }

  @Test
  void agentsTrustWhatTheOperatorAddsAndTheProxyDoesNot() throws Exception {
    var added = upstreamCa.certificate();
    extraRoots =
        Optional.of(Files.writeString(dir.resolve("extra.pem"), Pem.certificates(List.of(added))));
    plane.put(envelope(new UpstreamRoots.SystemRoots()));
    restart();
    var trust = new TrustFolder(dir.resolve("trust"));
    assertThat(Pem.readCertificates(Files.readString(trust.bundle()))).contains(added);
    assertThat(Pem.readCertificates(Files.readString(trust.own()))).hasSize(2).contains(added);
    assertThat(get("/bare").statusCode()).isEqualTo(502);
    assertThat(upstream.heads).isEmpty();
  }

  @Test
  void drainsThenLetsGo() throws Exception {
    assertThat(get("/bare").statusCode()).isEqualTo(200);
    agent.close();
    proxy.drain(Duration.ofSeconds(5)).toCompletableFuture().get(10, TimeUnit.SECONDS);
    assertThat(admin("/readyz")).isEqualTo(503);
  }

  @Test
  void refusesASnapshotWithAForbiddenAddressUnderTheProductionRules() {
    var forbidden = envelope();
    assertThat(Surroundings.forbiddenAddresses(forbidden)).isEmpty();
    var block = Cidr.parse("127.0.0.0/8").orThrow();
    var target = forbidden.targets().getFirst();
    var loopback =
        new Target(
            target.name(),
            target.hosts(),
            target.ports(),
            target.protocol(),
            new AddressRules(false, List.of(block)),
            target.roots());
    var widened =
        new Envelope(
            forbidden.session(),
            forbidden.template(),
            forbidden.workload(),
            forbidden.binding(),
            forbidden.sharing(),
            forbidden.expiresAt(),
            forbidden.idle(),
            forbidden.calls(),
            List.of(loopback),
            forbidden.grants(),
            forbidden.denies());
    assertThat(Surroundings.forbiddenAddresses(widened)).isPresent();
    assertThat(Surroundings.production("1", new SecureRandom()).objection().apply(widened))
        .isPresent();
  }

  private Envelope envelope() {
    return envelope(new UpstreamRoots.Bundle(Pem.certificates(List.of(upstreamCa.certificate()))));
  }

  private Envelope envelope(UpstreamRoots roots) {
    var narrow = new TreeMap<String, List<String>>();
    narrow.put("scopes", List.of("items:read"));
    var good =
        new Target(
            "good",
            List.of(HostPattern.parse(HOST).orThrow()),
            Set.of(upstream.port()),
            Protocol.HTTPS,
            AddressRules.PUBLIC,
            roots);
    return new Envelope(
        Samples.ONE,
        "items",
        Samples.WORKLOAD,
        Binding.IDENTITY,
        Sharing.EXCLUSIVE,
        InstantSource.system().instant().plus(Duration.ofHours(1)),
        Duration.ZERO,
        OptionalLong.empty(),
        List.of(good),
        List.of(
            new Grant(
                "items",
                "good",
                Set.of("GET"),
                List.of(PathTemplate.parse("/v1/items/{id}").orThrow()),
                OptionalLong.empty(),
                new CredentialRef("oauth", narrow)),
            new Grant(
                "counted",
                "good",
                Set.of("GET"),
                List.of(PathTemplate.parse("/counted").orThrow()),
                OptionalLong.of(1),
                null),
            new Grant(
                "bare",
                "good",
                Set.of("GET"),
                List.of(PathTemplate.parse("/bare").orThrow()),
                OptionalLong.empty(),
                null)),
        List.of());
  }

  private Surroundings surroundings() {
    return Surroundings.development(
        AddressPolicy.development(Set.of(upstream.port())),
        _ -> _ -> completedStage(List.of(InetAddress.getLoopbackAddress())),
        new SecureRandom());
  }

  private Proxy proxy(Surroundings around) throws Exception {
    var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return Proxy.start(
        new Config(
            anyPort,
            OptionalInt.empty(),
            OptionalInt.empty(),
            anyPort,
            dir.resolve("p.sock"),
            new Config.Endpoint("127.0.0.1", plane.port()),
            CONTROL_ID,
            Files.createDirectories(dir.resolve("private")),
            Files.createDirectories(dir.resolve("trust")),
            extraRoots,
            1 << 20,
            Optional.empty(),
            Set.of(),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ZERO,
            Optional.empty()),
        around);
  }

  private void restart() throws Exception {
    agent.close();
    proxy.close();
    proxy = proxy(surroundings());
    until(proxy::started);
    agent = agent();
  }

  private HttpClient agent() throws IOException, GeneralSecurityException {
    var pem = Files.readAllBytes(dir.resolve("trust").resolve("ca.pem"));
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry(
        "pod",
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem)));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var tls = SSLContext.getInstance("TLS");
    tls.init(null, trust.getTrustManagers(), null);
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .proxy(ProxySelector.of(proxy.address()))
        .sslContext(tls)
        .build();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return agent.send(
        HttpRequest.newBuilder(URI.create("https://" + HOST + ":" + upstream.port() + path))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static List<Object> inodes(List<Path> files) throws IOException {
    var inodes = new ArrayList<Object>();
    for (var file : files) {
      inodes.add(Files.getAttribute(file, "unix:ino"));
    }
    return inodes;
  }

  /// Status, or 0 when there was no answer: a cut connection.
  private int status(String path) {
    try {
      return get(path).statusCode();
    } catch (IOException _) {
      return 0;
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private HttpResponse<String> fetch(String path) throws IOException, InterruptedException {
    try (var client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + proxy.adminAddress().getPort() + path))
              .version(HttpClient.Version.HTTP_1_1)
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private int admin(String path) throws IOException, InterruptedException {
    return fetch(path).statusCode();
  }

  private static void until(BooleanSupplier holds) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }
}
