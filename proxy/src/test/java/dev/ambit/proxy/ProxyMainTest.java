package dev.ambit.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Cidr;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.Exhausted;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proxy.testing.FakeControlPlane;
import dev.ambit.proxy.testing.ProxyProcess;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The proxy as it is shipped: a process with its settings in the environment and the production
/// rules; how it starts, what it refuses, how it stops.
class ProxyMainTest {
  private static final String CONTROL_ID = "spiffe://example.org/ambit/control";

  @TempDir private Path dir;

  private DevelopmentAuthority spiffe;
  private SpiffeSource controlIdentity;
  private FakeControlPlane plane;

  @BeforeEach
  void start() throws Exception {
    spiffe = DevelopmentAuthority.start("example.org");
    spiffe.serve(dir.resolve("c.sock"), CONTROL_ID);
    controlIdentity = SpiffeSource.open(dir.resolve("c.sock"), Duration.ofSeconds(20));
    plane =
        new FakeControlPlane(
            new SpiffeTls(controlIdentity, PeerPolicy.of(Samples.WORKLOAD)).grpcServer());
  }

  @AfterEach
  void stop() {
    plane.close();
    controlIdentity.close();
    spiffe.close();
  }

  @Test
  void tellsProbesThatItWaitsForIdentityAndStartsOnceThereIsOne() throws Exception {
    try (var proxy = ProxyProcess.start(settings(Map.of()))) {
      var probes = proxy.awaitProbes();
      assertThat(ProxyProcess.ask(probes, "/livez")).startsWith("HTTP/1.1 200 ");
      for (var page : List.of("/startupz", "/readyz")) {
        assertThat(ProxyProcess.ask(probes, page))
            .startsWith("HTTP/1.1 503 ")
            .endsWith("\r\n\r\nwaiting for identity\n");
      }
      assertThat(ProxyProcess.ask(probes, "/metrics")).contains("ambit_build_info");
      assertThat(proxy.out).isEmpty();
      spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
      proxy.awaitReady();
      assertThat(ProxyProcess.ask(probes, "/startupz")).startsWith("HTTP/1.1 200 ");
      assertThat(ProxyProcess.ask(probes, "/readyz")).startsWith("HTTP/1.1 200 ");
      assertThat(proxy.err).noneMatch(line -> line.contains(" DEBUG "));
    }
  }

  @Test
  void tellsProbesThatItWaitsForTheControlPlane() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    plane.answersHeartbeats = false;
    try (var proxy = ProxyProcess.start(settings(Map.of()))) {
      var probes = proxy.awaitProbes();
      await(() -> plane.acknowledged() > 0);
      await(() -> page(probes, "/startupz").endsWith("no lease from the control plane\n"));
      plane.answersHeartbeats = true;
      plane.dropStreams();
      proxy.awaitReady();
    }
  }

  @Test
  void endsWithAReasonWhenNoIdentityComesInTime() throws Exception {
    try (var proxy = ProxyProcess.start(settings(Map.of("AMBIT_PROXY_IDENTITY_SECONDS", "1")))) {
      assertThat(proxy.awaitExit()).isEqualTo(69);
      assertThat(proxy.err).anyMatch(line -> line.startsWith("the SPIRE agent at "));
      assertThat(proxy.out).isEmpty();
    }
  }

  @Test
  void endsWhenItIsToldToWhileItWaitsForIdentity() throws Exception {
    try (var proxy = ProxyProcess.start(settings(Map.of()))) {
      proxy.awaitProbes();
      proxy.terminate();
      assertThat(proxy.awaitExit()).isEqualTo(143);
    }
  }

  @Test
  void endsWithItsParentWhenItIsToldTo() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    try (var proxy = ProxyProcess.startUntilStdinEnds(settings(Map.of()))) {
      proxy.awaitReady();
      proxy.closeInput();
      assertThat(proxy.awaitExit()).isZero();
    }
  }

  @Test
  void outlivesItsStandardInputOtherwise() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    try (var proxy = ProxyProcess.start(settings(Map.of()))) {
      proxy.closeInput();
      proxy.awaitReady();
      assertThat(proxy.alive()).isTrue();
    }
  }

  @Test
  void endsWithAReasonWhenAPortOrFolderCannotBeUsed() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    var file = Files.createFile(dir.resolve("file"));
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var address = "127.0.0.1:" + taken.getLocalPort();
      endsWith(71, "listen: ", Map.of("AMBIT_PROXY_LISTEN", address));
      endsWith(71, "metrics: ", Map.of("AMBIT_PROXY_METRICS", address));
    }
    endsWith(71, "file", Map.of("AMBIT_PROXY_PRIVATE_DIR", file.resolve("below").toString()));
    endsWith(71, "AMBIT_PROXY_EXTRA_ROOTS: ", Map.of("AMBIT_PROXY_EXTRA_ROOTS", file.toString()));
    endsWith(64, "AMBIT_PROXY_LISTEN: ", Map.of("AMBIT_PROXY_LISTEN", "localhost"));
    endsWith(64, "AMBIT_PROXY_TRUST_DIR: /", Map.of("AMBIT_PROXY_TRUST_DIR", "/"));
  }

  @Test
  void endsWithALineAndACodeOfItsOwnOnWhatNobodyPlanned() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    try (var proxy = ProxyProcess.start(settings(Map.of()), "netty-resolver-dns-")) {
      assertThat(proxy.awaitExit()).isEqualTo(70);
      assertThat(proxy.err)
          .anyMatch(line -> line.startsWith("proxy: broken: java.lang.NoClassDefFoundError"));
    }
  }

  @Test
  void a024RefusesASnapshotThatHoldsATargetAtAForbiddenAddress() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    var forbidden =
        List.of(
            target("plain.good.test", "127.0.0.0/8"),
            target("plain.good.test", "169.254.0.0/16"),
            target("plain.good.test", "169.254.169.254/32"),
            target("plain.good.test", "fd00:ec2::254/128"),
            target("127.0.0.1", ""),
            target("localhost", ""),
            target("metadata.google.internal", ""));
    plane.put(envelope(forbidden.getFirst()));
    try (var proxy = ProxyProcess.start(settings(Map.of()))) {
      var listener = proxy.awaitReady();
      var probes = proxy.awaitProbes();
      var refusals = 0;
      for (var target : forbidden) {
        if (refusals > 0) {
          plane.put(envelope(target));
        }
        refusals++;
        await(() -> plane.acknowledged() == plane.version());
        var ack = plane.heard.stream().filter(AttachRequest::hasAck).toList().getLast().getAck();
        assertThat(ack.getRefusedList()).hasSize(1);
        assertThat(ack.getRefused(0).getSessionId()).isEqualTo(Samples.ONE.value());
        assertThat(ack.getRefused(0).getWhy()).startsWith("target plain: ");
        proxy.awaitLog(ack.getRefused(0).getWhy());
        assertThat(ProxyProcess.ask(probes, "/metrics"))
            .contains("ambit_image_refused_total " + refusals + ".0")
            .contains("ambit_active_sessions 0.0")
            .contains("ambit_refused_sessions 1.0");
      }
      try (var agent = RawAgent.connect(listener)) {
        assertThat(agent.send(GET).answer().reason()).isEqualTo("no_session");
      }
      plane.put(envelope(target("plain.good.test", "")));
      await(() -> plane.acknowledged() == plane.version());
      assertThat(ProxyProcess.ask(probes, "/metrics")).contains("ambit_active_sessions 1.0");
    }
  }

  @Test
  void letsTheRunningCallEndAndRefusesNewOnesWhenItIsTerminated() throws Exception {
    var asked = new CountDownLatch(1);
    var answered = new CountDownLatch(1);
    plane.ledger =
        _ -> {
          asked.countDown();
          await(answered);
          return ReserveResponse.newBuilder()
              .setExhausted(Exhausted.newBuilder().setBudget("counted"))
              .build();
        };
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    plane.put(envelope(target("plain.good.test", "")));
    try (var proxy = ProxyProcess.start(settings(Map.of()))) {
      var listener = proxy.awaitReady();
      var probes = proxy.awaitProbes();
      try (var agent = RawAgent.connect(listener)) {
        agent.send(GET);
        await(asked);
        proxy.terminate();
        await(() -> page(probes, "/readyz").endsWith("\r\n\r\ndraining\n"));
        await(() -> refusesConnections(listener));
        answered.countDown();
        assertThat(agent.answer().reason()).isEqualTo("budget_exhausted");
        assertThat(agent.closed()).isTrue();
      }
      assertThat(proxy.awaitExit()).isEqualTo(143);
    }
    // The control plane has everything and waits for nothing.
    assertThat(plane.detached())
        .hasValueSatisfying(last -> assertThat(last.getSeq()).isEqualTo(plane.records.size()));
    assertThat(plane.records)
        .anySatisfy(
            record -> assertThat(record.getDecision().getReason()).isEqualTo("budget_exhausted"));
  }

  @Test
  void stopsWithinItsBoundWhenACallDoesNotEnd() throws Exception {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    try (var proxy = ProxyProcess.start(settings(Map.of("AMBIT_PROXY_DRAIN_SECONDS", "1")))) {
      try (var agent = RawAgent.connect(proxy.awaitReady())) {
        agent.send("GET http://plain");
        var began = System.nanoTime();
        proxy.terminate();
        assertThat(proxy.awaitExit()).isEqualTo(143);
        // Less than the head would be waited for.
        assertThat(Duration.ofNanos(System.nanoTime() - began))
            .isBetween(Duration.ofMillis(900), Duration.ofSeconds(9));
        assertThat(agent.closed()).isTrue();
      }
    }
  }

  private static final String GET =
      "GET http://plain.good.test/counted HTTP/1.1\r\nHost: plain.good.test\r\n\r\n";

  private void endsWith(int code, String line, Map<String, String> changed) throws Exception {
    try (var proxy = ProxyProcess.start(settings(changed))) {
      assertThat(proxy.awaitExit()).as(proxy.err.toString()).isEqualTo(code);
      assertThat(proxy.err).anyMatch(said -> said.contains(line));
      assertThat(proxy.out).isEmpty();
    }
  }

  private Map<String, String> settings(Map<String, String> changed) {
    var settings = new TreeMap<String, String>();
    settings.put("AMBIT_PROXY_SPIFFE_SOCKET", "unix://" + dir.resolve("p.sock"));
    settings.put("AMBIT_PROXY_CONTROL_PLANE", "127.0.0.1:" + plane.port());
    settings.put("AMBIT_PROXY_CONTROL_PLANE_ID", CONTROL_ID);
    settings.put("AMBIT_PROXY_PRIVATE_DIR", dir.resolve("private").toString());
    settings.put("AMBIT_PROXY_TRUST_DIR", dir.resolve("trust").toString());
    settings.put("AMBIT_PROXY_LISTEN", "127.0.0.1:0");
    settings.put("AMBIT_PROXY_METRICS", "127.0.0.1:0");
    settings.putAll(changed);
    return settings;
  }

  private static Target target(String host, String cidr) {
    return new Target(
        "plain",
        List.of(HostPattern.parse(host).orThrow()),
        Set.of(80),
        Protocol.HTTP,
        cidr.isEmpty()
            ? AddressRules.PUBLIC
            : new AddressRules(false, List.of(Cidr.parse(cidr).orThrow())),
        new UpstreamRoots.SystemRoots());
  }

  private static Envelope envelope(Target target) {
    return new Envelope(
        Samples.ONE,
        "items",
        Samples.WORKLOAD,
        Binding.IDENTITY,
        Sharing.EXCLUSIVE,
        InstantSource.system().instant().plus(Duration.ofHours(1)),
        Duration.ZERO,
        OptionalLong.empty(),
        List.of(target),
        List.of(
            new Grant(
                "counted",
                "plain",
                Set.of("GET"),
                List.of(PathTemplate.parse("/counted").orThrow()),
                OptionalLong.of(1),
                null)),
        List.of());
  }

  private static boolean refusesConnections(InetSocketAddress address) {
    try (var _ = RawAgent.connect(address)) {
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  private static String page(InetSocketAddress probes, String page) {
    try {
      return ProxyProcess.ask(probes, page);
    } catch (IOException _) {
      return "";
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  private static void await(BooleanSupplier holds) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(5_000_000);
    }
  }
}
