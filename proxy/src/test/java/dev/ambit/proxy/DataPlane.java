package dev.ambit.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Binding;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Rules;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proxy.admit.Admission;
import dev.ambit.proxy.approve.Approvals;
import dev.ambit.proxy.budget.Ledger;
import dev.ambit.proxy.budget.LedgerBudgets;
import dev.ambit.proxy.budget.Settlements;
import dev.ambit.proxy.credential.Carrier;
import dev.ambit.proxy.credential.CredentialCache;
import dev.ambit.proxy.credential.Issuer;
import dev.ambit.proxy.credential.Secret;
import dev.ambit.proxy.decode.ConnectionPipeline;
import dev.ambit.proxy.decode.Decoding;
import dev.ambit.proxy.decode.StreamPlaces;
import dev.ambit.proxy.decode.SyntheticAddresses;
import dev.ambit.proxy.decode.TunnelGate;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.listen.AgentListener;
import dev.ambit.proxy.listen.Door;
import dev.ambit.proxy.model.Arrival;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import dev.ambit.proxy.relay.Circuits;
import dev.ambit.proxy.relay.HttpRelay;
import dev.ambit.proxy.relay.OpaqueRelay;
import dev.ambit.proxy.relay.Relays;
import dev.ambit.proxy.relay.UpstreamTls;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.resolve.NameServer;
import dev.ambit.proxy.resolve.Resolver;
import dev.ambit.proxy.scope.Scope;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.proxy.trust.Leaves;
import dev.ambit.proxy.trust.PodAuthority;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedCollection;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The whole data plane with its real stages, listening on loopback; control plane, issuer, name
/// server and log are fakes. One session: `https://api.good.test` (credential CANARY) and
/// `http://plain.good.test`, both at `/v1/**`, at the ports of two stub upstreams.
public final class DataPlane implements AutoCloseable {
  public static final String GOOD = "api.good.test";
  public static final String PLAIN = "plain.good.test";
  public static final String CANARY =
      "b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184";
  public static final SessionId SESSION = new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  public static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  public final Log log = new Log();
  public final CertificateAuthority upstreamCa;
  public final PodAuthority podCa;
  public final Leaves leaves;
  public final AtomicInteger issued = new AtomicInteger();
  public final AtomicInteger lookups = new AtomicInteger();
  public final AtomicInteger intents = new AtomicInteger();
  public final HttpRelay relay;
  public final OpaqueRelay opaque;
  public final SyntheticAddresses synthetic;
  public final AgentListener listener;
  public final InetSocketAddress address;
  public volatile SessionImage image = SessionImage.EMPTY;
  public volatile boolean leaseHeld = true;
  public volatile NameServer names = _ -> completedStage(List.of(InetAddress.getLoopbackAddress()));
  public volatile boolean durable = true;

  /// How far the clock of the circuits is ahead of time.
  public volatile Duration later = Duration.ZERO;

  /// Credentials that it was asked for another one in place of.
  public final List<String> rejected = new CopyOnWriteArrayList<>();

  /// Whether, and when, it issues another one.
  public volatile Supplier<CompletionStage<Boolean>> reissuing = () -> completedStage(true);

  public volatile Carrier carrier = new Carrier.Header("authorization");
  public volatile String scheme = "Bearer ";
  private final List<RawAgent> agents = new CopyOnWriteArrayList<>();
  private final Path files;
  private final EventLoopGroup loops;
  private final EventLoop loop;
  private final Transport transport;
  private final Decoding decoding;
  private final ChannelGroup doors = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final UpstreamTls tls;
  private final CredentialCache credentials;
  private final InstantSource clock = InstantSource.system();

  public static DataPlane start(Limits limits, int goodPort, int plainPort) throws IOException {
    return new DataPlane(limits, upstreamCa(), goodPort, plainPort);
  }

  public static CertificateAuthority upstreamCa() {
    return CertificateAuthority.create(
        "upstreams", Validity.from(InstantSource.system().instant(), Duration.ofDays(1)));
  }

  public DataPlane(Limits limits, CertificateAuthority upstreamCa, int goodPort, int plainPort)
      throws IOException {
    this(limits, upstreamCa, goodPort, plainPort, Set.of());
  }

  /// Builds it all.
  ///
  /// @param never as in [UpstreamTls], beside the pod CA
  public DataPlane(
      Limits limits,
      CertificateAuthority upstreamCa,
      int goodPort,
      int plainPort,
      Set<X509Certificate> never)
      throws IOException {
    this.upstreamCa = upstreamCa;
    files = Files.createTempDirectory("ambit");
    podCa = PodAuthority.open(files, clock);
    leaves = new Leaves(podCa, clock);
    var untrusted = new ArrayList<>(never);
    untrusted.add(podCa.certificate());
    tls = new UpstreamTls(List.of(), untrusted);
    transport = Transport.best();
    loops = transport.oneLoop("data-plane");
    loop = loops.next();
    var admission =
        new Admission(
            () -> image,
            () -> leaseHeld,
            _ -> {
              intents.incrementAndGet();
              return completedStage(durable);
            },
            clock,
            System::nanoTime);
    credentials = new CredentialCache(this::issue, (_, _) -> () -> {}, System::nanoTime);
    var circuits = new Circuits(() -> System.nanoTime() + later.toNanos());
    relay = new HttpRelay(loop, transport, admission, credentials, _ -> {}, tls, circuits, limits);
    opaque = new OpaqueRelay(loop, transport, admission, _ -> {}, circuits, limits);
    var ids = new Ids(clock, ThreadLocalRandom.current());
    var ledger = new NoLedger();
    var sessions = new Sessions(() -> image, () -> leaseHeld, System::nanoTime);
    var path =
        new RequestPath(
            sessions,
            new Scope(clock, limits),
            new Approvals(),
            new LedgerBudgets(ledger, new Settlements(ledger, (_, _) -> () -> {}), log, ids::next),
            new Resolver(
                host -> {
                  lookups.incrementAndGet();
                  return names.lookup(host);
                },
                AddressPolicy.development(new HashSet<>(List.of(goodPort, plainPort))),
                System::nanoTime),
            credentials,
            admission,
            new Relays(relay, opaque));
    var tunnels = new TunnelGate(() -> image, () -> leaseHeld);
    synthetic = new SyntheticAddresses(tunnels::opaqueHosts, limits.opaque(), System::nanoTime);
    decoding =
        new Decoding(
            path::carry,
            log,
            () -> new CallId(ids.next()),
            sessions,
            tunnels,
            leaves,
            relay.learned()::of,
            new StreamPlaces(limits.http2().streamsInAll()),
            synthetic,
            new StreamPlaces(limits.opaque().streams()),
            limits,
            System::nanoTime);
    image =
        image(envelope(goodPort, plainPort, Pem.certificates(List.of(upstreamCa.certificate()))));
    listener = new AgentListener(loop, transport, decoding);
    address =
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), Door.EXPLICIT);
  }

  public RawAgent agent() throws IOException {
    return RawAgent.connect(address);
  }

  /// An agent inside TLS to the good upstream.
  public RawAgent inTunnel(int port) throws Exception {
    return tunnel(GOOD, port).tls(podCa.certificate(), GOOD);
  }

  /// An agent whose CONNECT was answered.
  public RawAgent tunnel(String host, int port) throws IOException {
    var authority = host + ":" + port;
    var agent =
        agent().send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    if (!RawAgent.head(agent.in).startsWith("HTTP/1.1 200")) {
      throw new IOException("no tunnel");
    }
    return agent;
  }

  /// An agent that speaks HTTP/2 to the good upstream.
  public Http2Peer http2(int port) throws Exception {
    return http2(port, new byte[0]);
  }

  public Http2Peer http2(int port, byte[] settings) throws Exception {
    var agent = tunnel(GOOD, port).tls(podCa.certificate(), GOOD, "h2", "http/1.1");
    if (!agent.protocol().equals("h2")) {
      throw new IOException("no HTTP/2 but " + agent.protocol());
    }
    agents.add(agent);
    return Http2Peer.client(agent.in, agent.out, settings);
  }

  /// The pod CA with its key, as a thief would have it.
  public CertificateAuthority podAuthority() throws IOException {
    return new CertificateAuthority(
        podCa.certificate(), Pem.readPrivateKey(Files.readString(files.resolve("ca.key"))));
  }

  public X509Certificate podCertificate() {
    return podCa.certificate();
  }

  /// Puts a next version of the session's envelope in force, as `control` would.
  public void put(Envelope next) throws InterruptedException, ExecutionException {
    image = image(next);
    loop.submit(this::enforce).get();
  }

  /// The envelope that is in force.
  public Envelope envelope() {
    return Objects.requireNonNull(image.sessions().get(SESSION)).rules().envelope();
  }

  /// Ends the session as `control` would: next image, then every enforcer on the loop.
  public void endSession() throws InterruptedException, ExecutionException {
    image =
        new SessionImage(1, 2, Map.of(), Map.of(SESSION, new Tombstone(Reason.SESSION_ENDED, "")));
    loop.submit(this::enforce).get();
  }

  public void suspendSession() throws InterruptedException, ExecutionException {
    var now = Objects.requireNonNull(image.sessions().get(SESSION));
    var suspended =
        new Session(
            SESSION,
            now.version() + 1,
            true,
            now.rules(),
            now.digest(),
            now.deadlineNanos(),
            now.handleDigest());
    image = new SessionImage(1, 2, Map.of(SESSION, suspended), Map.of());
    loop.submit(this::enforce).get();
  }

  private void enforce() {
    relay.enforce(image);
    opaque.enforce(image);
  }

  /// A door by which agents come in as if the kernel had turned what they dialled.
  public InetSocketAddress caught(InetSocketAddress original) {
    var bound =
        new ServerBootstrap()
            .group(loop)
            .channel(transport.server())
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel agent) {
                    doors.add(agent);
                    ConnectionPipeline.caught(agent.pipeline(), decoding, original);
                  }
                })
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .syncUninterruptibly()
            .channel();
    doors.add(bound);
    return (InetSocketAddress) bound.localAddress();
  }

  /// Runs on the loop and returns what it gave.
  public <T> T onLoop(java.util.concurrent.Callable<T> asked)
      throws InterruptedException, ExecutionException {
    return loop.submit(asked).get();
  }

  private CompletionStage<Issuer.Answer> issue(
      SessionId session, String grant, Authority authority, String rejected) {
    var number = issued.incrementAndGet();
    if (!rejected.isEmpty()) {
      this.rejected.add(rejected);
    }
    var value = number == 1 ? CANARY : CANARY + "-" + number;
    var decided = rejected.isEmpty() ? completedStage(true) : reissuing.get();
    return decided.thenApply(willing ->
        willing
            ? new Issuer.Answer.Issued(
                "cred-" + number,
                session.value(),
                grant,
                authority.toString(),
                carrier,
                Secret.move((scheme + value).getBytes(US_ASCII)),
                Duration.ofMinutes(5))
            : new Issuer.Answer.Unavailable("no other"));
  }

  private SessionImage image(Envelope envelope) {
    var session =
        new Session(
            SESSION,
            1,
            false,
            Rules.of(envelope),
            "00".repeat(32),
            System.nanoTime() + Duration.ofHours(1).toNanos(),
            "");
    return new SessionImage(1, 1, Map.of(SESSION, session), Map.of());
  }

  private Envelope envelope(int goodPort, int plainPort, String pem) {
    var methods = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS");
    var paths = List.of(PathTemplate.parse("/v1/**").orThrow());
    return new Envelope(
        SESSION,
        "items",
        "spiffe://example.org/ns/agents/sa/coder",
        Binding.IDENTITY,
        Sharing.EXCLUSIVE,
        clock.instant().plus(Duration.ofHours(1)),
        Duration.ZERO,
        OptionalLong.empty(),
        List.of(
            target("good", GOOD, goodPort, Protocol.HTTPS, new UpstreamRoots.Bundle(pem)),
            target("plain", PLAIN, plainPort, Protocol.HTTP, new UpstreamRoots.SystemRoots())),
        List.of(
            new Grant(
                "items",
                "good",
                methods,
                paths,
                OptionalLong.empty(),
                new CredentialRef("oauth", new TreeMap<>())),
            new Grant("open", "plain", methods, paths, OptionalLong.empty(), null)),
        List.of());
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

  @Override
  public void close() throws IOException {
    for (var agent : agents) {
      agent.close();
    }
    // Lets the connections go before the loop does, so that what they hold is released.
    listener.drain(Duration.ofSeconds(2)).toCompletableFuture().join();
    doors.close().awaitUninterruptibly();
    loop.submit(
            () -> {
              relay.enforce(SessionImage.EMPTY);
              opaque.enforce(SessionImage.EMPTY);
              credentials.enforce(SessionImage.EMPTY);
              leaves.close();
              tls.close();
            })
        .awaitUninterruptibly();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
    try (var kept = Files.walk(files)) {
      for (var file : kept.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /// What the log was told, in order.
  public static final class Log implements CallLog {
    /// One entry.
    ///
    /// @param end null for what never became a call
    public record Entry(
        @Nullable Arrival arrival, @Nullable CallEnd end, @Nullable Denial denial, int status) {
      public List<String> notes() {
        return arrival == null ? List.of() : arrival.notes();
      }

      public String reason() {
        return denial != null
            ? denial.reason().code()
            : end instanceof CallEnd.Denied denied ? denied.denial().reason().code() : "";
      }
    }

    public final ConcurrentLinkedDeque<Entry> entries = new ConcurrentLinkedDeque<>();

    public SequencedCollection<Entry> all() {
      return new ArrayList<>(entries);
    }

    /// Waits for the n-th entry.
    public Entry entry(int n) throws InterruptedException {
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (entries.size() < n) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("log: " + entries + " (expected: " + n + " entries)");
        }
        Thread.onSpinWait();
      }
      return new ArrayList<>(entries).get(n - 1);
    }

    @Override
    public void permitted(Arrival arrival, Session session, String target, String grant) {}

    @Override
    public void ended(Arrival arrival, CallEnd end) {
      entries.add(new Entry(arrival, end, null, end.status()));
    }

    @Override
    public void refused(
        CallId id, Optional<Authority> authority, String method, Denial denial, int status) {
      entries.add(new Entry(null, null, denial, status));
    }
  }

  private static final class NoLedger implements Ledger {
    @Override
    public CompletionStage<Answer> reserve(String id, SessionId session, String grant) {
      throw new AssertionError("no budget is drawn on here");
    }

    @Override
    public CompletionStage<Settled> settle(String id, int spent) {
      throw new AssertionError("no budget is drawn on here");
    }
  }
}
