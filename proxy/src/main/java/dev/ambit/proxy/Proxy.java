package dev.ambit.proxy;

import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.Counters;
import dev.ambit.proto.v1.Pod;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proxy.admin.AdminServer;
import dev.ambit.proxy.admit.Admission;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.approve.Approvals;
import dev.ambit.proxy.audit.Journal;
import dev.ambit.proxy.budget.LedgerBudgets;
import dev.ambit.proxy.budget.Settlements;
import dev.ambit.proxy.config.Config;
import dev.ambit.proxy.control.ControlLink;
import dev.ambit.proxy.control.GrpcIssuer;
import dev.ambit.proxy.control.GrpcLedger;
import dev.ambit.proxy.control.ProxyIdentity;
import dev.ambit.proxy.control.RecordSender;
import dev.ambit.proxy.credential.CredentialCache;
import dev.ambit.proxy.credential.Credentials;
import dev.ambit.proxy.credential.Dispatch;
import dev.ambit.proxy.decode.Decoding;
import dev.ambit.proxy.decode.StreamPlaces;
import dev.ambit.proxy.decode.SyntheticAddresses;
import dev.ambit.proxy.decode.TunnelGate;
import dev.ambit.proxy.dns.DnsListener;
import dev.ambit.proxy.dns.DnsQueries;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.listen.AgentListener;
import dev.ambit.proxy.listen.Door;
import dev.ambit.proxy.metrics.CallMetrics;
import dev.ambit.proxy.metrics.Metrics;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Timer;
import dev.ambit.proxy.relay.Circuits;
import dev.ambit.proxy.relay.HttpRelay;
import dev.ambit.proxy.relay.OpaqueRelay;
import dev.ambit.proxy.relay.Relays;
import dev.ambit.proxy.relay.UpstreamTls;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.resolve.DnsNameServer;
import dev.ambit.proxy.resolve.Resolver;
import dev.ambit.proxy.resolve.Route;
import dev.ambit.proxy.scope.Scope;
import dev.ambit.proxy.transport.OpenFiles;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.proxy.trust.ExtraRoots;
import dev.ambit.proxy.trust.Leaves;
import dev.ambit.proxy.trust.PodAuthority;
import dev.ambit.proxy.trust.SystemRoots;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.NetUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running proxy: all of its wiring, by hand, and how it starts, drains and stops. One event loop
/// carries everything but the audit writer, so nothing below needs a lock.
public final class Proxy implements AutoCloseable {
  /// Largest message of the control plane: a snapshot of many envelopes.
  private static final int MESSAGE_BYTES_MAX = 16 * 1_024 * 1_024;

  /// Longest wait for the loop, when stopping.
  private static final long LOOP_WAIT_SECONDS = 2;

  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  private final Opened opened;
  private final Surroundings around;
  private final Probes probes;
  private final EventLoop loop;
  private final SpiffeSource source;
  private final ControlLink link;
  private final RecordSender sender;
  private final Journal journal;
  private final CallMetrics calls;
  private final int connectionsMax;
  private final AgentListener listener;
  private final InetSocketAddress address;
  private final AdminServer admin;
  private volatile AddressPolicy dialled = (_, _) -> false;
  private volatile boolean draining;

  private Proxy(
      Config config,
      Surroundings around,
      Opened opened,
      Probes probes,
      Metrics metrics,
      Transport transport,
      EventLoopGroup loops,
      AdminServer admin,
      SpiffeSource source)
      throws IOException {
    this.opened = opened;
    this.around = around;
    this.probes = probes;
    this.loop = loops.next();
    this.admin = admin;
    this.source = source;
    var nanoTime = around.nanoTime();
    var clock = around.clock();
    var ids = new Ids(clock, around.random());
    Timer timer =
        (delay, task) -> {
          var scheduled = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
          return () -> scheduled.cancel(false);
        };

    // Trust: before anything can be asked, the agent must be able to believe the answer.
    var authority = PodAuthority.open(config.privateDir(), clock);
    var systemRoots = SystemRoots.load();
    var agentRoots = new ArrayList<>(List.of(authority.certificate()));
    agentRoots.addAll(ExtraRoots.read(config.extraRoots()));
    new TrustFolder(config.trustDir()).publish(systemRoots, agentRoots);

    // Control plane.
    var identity =
        new ProxyIdentity(
            around.version(),
            PrivateDir.proxyId(config.privateDir(), ids),
            ids.next(),
            source.current().spiffeId(),
            config.pod().map(Proxy::pod),
            () -> source.current().notAfter());
    var channel = channel(config, transport, loops);
    opened.add(channel::shutdownNow);
    var stub = ProxyServiceGrpc.newStub(channel);
    this.link =
        new ControlLink(
            stub,
            channel::resetConnectBackoff,
            identity,
            around.objection(),
            this::counters,
            timer,
            clock,
            nanoTime,
            around.random());
    var issuer =
        new GrpcIssuer(
            stub, identity.proxyId(), config.issueWait(), link::attached, link::doubt, nanoTime);
    var ledger = new GrpcLedger(stub, link::attached);

    // Records.
    this.calls = new CallMetrics(metrics, nanoTime);
    this.journal =
        Journal.open(
            config.privateDir().resolve("spool"),
            identity.proxyId(),
            identity.bootId(),
            config.spoolBytes(),
            link::image,
            loop,
            timer,
            clock,
            nanoTime);
    opened.add(journal::close);
    this.sender = new RecordSender(stub, journal, link::connected, timer, around.random());
    var ends = new Ends(journal, calls);

    // The way of a call.
    var files = OpenFiles.left();
    var limits = files.isPresent() ? around.limits().within(files.getAsLong()) : around.limits();
    this.connectionsMax = limits.connections();
    if (connectionsMax < around.limits().connections()) {
      LOG.atWarn()
          .addArgument(connectionsMax)
          .addArgument(around.limits().connections())
          .log("descriptors: enough for {} connections of agents (expected: for {})");
    }
    var gate = new Admission(link::image, link.lease(), journal, clock, nanoTime);
    var credentials = new CredentialCache(issuer, timer, nanoTime);
    var settlements = new Settlements(ledger, timer);
    var names = new DnsNameServer(loop, transport, config.dns().map(List::of).orElse(List.of()));
    opened.add(names::close);
    var upstreamNames = around.names().apply(names);
    var tls = new UpstreamTls(systemRoots, List.of(authority.certificate()));
    var circuits = new Circuits(nanoTime);
    var relay = new HttpRelay(loop, transport, gate, credentials, link, tls, circuits, limits);
    var opaque = new OpaqueRelay(loop, transport, gate, link, circuits, limits);
    var sessions = new Sessions(link::image, link.lease(), nanoTime);
    var path =
        new RequestPath(
            sessions,
            new Scope(clock, limits),
            new Approvals(),
            new LedgerBudgets(ledger, settlements, ends, ids::next),
            new Resolver(upstreamNames, (to, rules) -> dialled.admits(to, rules), nanoTime),
            timed(credentials),
            timed(gate),
            new Relays(relay, opaque));
    var leaves = new Leaves(authority, clock);
    var tunnels = new TunnelGate(link::image, link.lease());
    var synthetic = new SyntheticAddresses(tunnels::opaqueHosts, limits.opaque(), nanoTime);
    Supplier<CallId> callIds = () -> new CallId(ids.next());
    var decoding =
        new Decoding(
            path::carry,
            ends,
            callIds,
            sessions,
            tunnels,
            leaves,
            relay.learned()::of,
            new StreamPlaces(limits.http2().streamsInAll()),
            synthetic,
            new StreamPlaces(limits.opaque().streams()),
            limits,
            nanoTime);
    this.listener = new AgentListener(loop, transport, decoding);

    // Whose connections and names the kernel turns to us.
    var queries =
        new DnsQueries(tunnels, upstreamNames, synthetic, sessions, ends, callIds, nanoTime);
    var dns = new DnsListener(loop, transport, queries);
    metrics.total("ambit.dns.answered", queries::answered);
    metrics.total("ambit.dns.unknown", queries::unknown);
    metrics.total("ambit.dns.failed", queries::failed);

    metrics.gauge("ambit.synthetic.names", synthetic::size);
    var traffic = opaque.traffic();
    metrics.gauge("ambit.opaque.connections", traffic::open);
    metrics.total("ambit.opaque.bytes.out", traffic::bytesOut);
    metrics.total("ambit.opaque.bytes.in", traffic::bytesIn);

    measure(metrics, issuer, authority);
    metrics.gauge("ambit.upstream.circuits.open", circuits::open);
    metrics.total("ambit.settlements.dropped", settlements::dropped);
    // Runs after the next one: the ends of what that cuts are told in turns of the loop that follow
    // it.
    opened.add(() -> onLoop(journal::stop));
    opened.add(() ->
        onLoop(() -> {
          link.close();
          sender.close();
          listener.close();
          dns.close();
          leaves.close();
          tls.close();
        }));
    this.address = listener.bind(config.listen(), Door.EXPLICIT);
    if (config.capturePort().isPresent()) {
      if (!transport.seesOriginalDestinations()) {
        throw new IOException("capture: not on this system (expected: Linux with epoll)");
      }
      for (var local : loopback(config.capturePort().getAsInt())) {
        var _ = listener.bind(local, Door.CAUGHT);
      }
    }
    if (config.agentDnsPort().isPresent()) {
      for (var local : loopback(config.agentDnsPort().getAsInt())) {
        var _ = dns.bind(local);
      }
    }
    // What listens beside us is not for the agent to reach, and our own port least of all.
    this.dialled =
        around
            .addresses()
            .except(ownAddresses(), ownPorts(config))
            .reserving(config.reservedAddresses());
    loop.execute(() ->
        link.start(
            List.of(credentials, relay, opaque),
            journal::settle,
            sender::attached,
            issuer::silent));
    loop.execute(() -> awaitStart(timer));
  }

  /// Starts a proxy; it answers from the first snapshot and lease on. Blocks until its ports are
  /// open; the one for probes is from the start, and says what is waited for. Throws
  /// [IdentityUnavailable] when the Workload API gives no SVID in time. Whatever it throws, nothing
  /// stays open.
  public static Proxy start(Config config, Surroundings around)
      throws IOException, IdentityUnavailable {
    var opened = new Opened();
    var whole = false;
    try {
      var transport = Transport.best();
      var loops = transport.oneLoop("ambit-loop");
      opened.add(() ->
          loops
              .shutdownGracefully(0, LOOP_WAIT_SECONDS, TimeUnit.SECONDS)
              .awaitUninterruptibly(LOOP_WAIT_SECONDS + 1, TimeUnit.SECONDS));
      var metrics = new Metrics();
      metrics.info("ambit.build.info", "version", around.version());
      var probes = new Probes();
      var admin =
          new AdminServer(
              loops, transport.server(), config.metrics(), probes.health(), metrics::scrape);
      opened.add(admin::close);
      LOG.atInfo().addArgument(admin.address()).log("health and metrics at {}");
      var source =
          SpiffeSource.open(config.spiffeSocket(), config.identityWait(), around.clock(), loops);
      opened.add(source::close);
      probes.waitFor("waiting for the control plane");
      var proxy =
          new Proxy(config, around, opened, probes, metrics, transport, loops, admin, source);
      whole = true;
      return proxy;
    } finally {
      if (!whole) {
        opened.close();
      }
    }
  }

  /// Where agents reach the proxy.
  public InetSocketAddress address() {
    return address;
  }

  /// Where health and metrics are served.
  public InetSocketAddress adminAddress() {
    return admin.address();
  }

  /// Whether identity, snapshot, lease, trust files and ports have all been there; any thread.
  public boolean started() {
    return probes.started();
  }

  /// Refuses new connections and lets running calls end, at most so long; any thread.
  public CompletionStage<Void> drain(Duration patience) {
    draining = true;
    return listener.drain(patience);
  }

  /// Cuts what runs, lets go of every authority and takes leave of the control plane, which gets
  /// the records that it has not got yet. Any thread.
  ///
  /// @param patience with a control plane that does not answer: what did not arrive stays on disk
  public CompletionStage<Void> detach(Duration patience) {
    draining = true;
    var left = new CompletableFuture<Void>();
    loop.execute(() -> {
      var _ =
          link.detach()
              .thenCompose(_ -> sender.delivered())
              .whenComplete((_, _) -> left.complete(null));
    });
    return left.completeOnTimeout(null, patience.toMillis(), TimeUnit.MILLISECONDS);
  }

  /// Stops: cuts what runs, lets go of every authority, and leaves the records on disk. Blocks; not
  /// on the loop.
  @Override
  public void close() {
    draining = true;
    opened.close();
  }

  private void onLoop(Runnable task) {
    var done = loop.submit(task);
    if (!done.awaitUninterruptibly(LOOP_WAIT_SECONDS, TimeUnit.SECONDS)) {
      LOG.atError().log("the event loop does not answer; stopping without it");
    }
  }

  private Set<Integer> ownPorts(Config config) {
    return IntStream.concat(
            IntStream.of(address.getPort(), admin.address().getPort()),
            IntStream.concat(config.capturePort().stream(), config.agentDnsPort().stream()))
        .boxed()
        .collect(Collectors.toUnmodifiableSet());
  }

  /// Where the kernel turns connections of this machine or pod to: never the wildcard address.
  private static List<InetSocketAddress> loopback(int port) throws SocketException {
    var four = new InetSocketAddress(NetUtil.LOCALHOST4, port);
    return NetworkInterface.getByInetAddress(NetUtil.LOCALHOST6) == null
        ? List.of(four)
        : List.of(four, new InetSocketAddress(NetUtil.LOCALHOST6, port));
  }

  private static Set<InetAddress> ownAddresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .collect(Collectors.toUnmodifiableSet());
  }

  private ManagedChannel channel(Config config, Transport transport, EventLoopGroup loops) {
    var peer = config.controlPlane();
    var tls = new SpiffeTls(source, PeerPolicy.of(config.controlPlaneId()));
    Executor onLoop =
        task -> {
          if (loop.inEventLoop()) {
            task.run();
          } else {
            loop.execute(task);
          }
        };
    return NettyChannelBuilder.forAddress(peer.host(), peer.port())
        .sslContext(tls.grpcClient())
        .eventLoopGroup(loops)
        .channelType(transport.stream())
        .executor(onLoop)
        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
        .build();
  }

  /// Why no call would be judged now.
  private Optional<String> objection() {
    if (draining) {
      return Optional.of("draining");
    }
    if (listener.connections() >= connectionsMax) {
      return Optional.of("as many connections as it may have");
    }
    if (journal.failing()) {
      return Optional.of("the audit spool cannot be written");
    }
    if (!source.current().notAfter().isAfter(around.clock().instant())) {
      return Optional.of("the identity has expired");
    }
    return link.missing();
  }

  private void awaitStart(Timer timer) {
    var missing = link.missing();
    if (missing.isEmpty()) {
      probes.started(this::objection);
      LOG.atInfo().addArgument(source.current().spiffeId()).log("started as {}");
    } else {
      probes.waitFor(missing.get());
      var _ = timer.after(Duration.ofMillis(20), () -> awaitStart(timer));
    }
  }

  private Counters counters() {
    return Counters.newBuilder()
        .setCalls(calls.calls())
        .setDenials(calls.denials())
        .setAuditRecords(journal.recorded())
        .build();
  }

  private void measure(Metrics metrics, GrpcIssuer issuer, PodAuthority authority) {
    metrics.gauge("ambit.active.sessions", () -> link.image().sessions().size());
    metrics.gauge("ambit.refused.sessions", () -> link.image().refused().size());
    metrics.gauge("ambit.active.connections", listener::connections);
    metrics.gauge("ambit.image.age.seconds", () -> seconds(link.imageAge()));
    metrics.gauge("ambit.image.version", () -> link.image().version());
    metrics.gauge("ambit.lease.remaining.seconds", () -> seconds(link.leaseLeft()));
    metrics.gauge(
        "ambit.svid.expiry.timestamp.seconds", () -> source.current().notAfter().getEpochSecond());
    metrics.gauge(
        "ambit.ca.expiry.timestamp.seconds",
        () -> authority.certificate().getNotAfter().toInstant().getEpochSecond());
    metrics.timed("ambit.credential.issue.duration", issuer::asked, issuer::nanos);
    metrics.total("ambit.credential.issue.errors", issuer::errors);
    metrics.total("ambit.audit.records", journal::recorded);
    metrics.total("ambit.audit.dropped", journal::dropped);
    metrics.gauge("ambit.audit.queue.depth", journal::waiting);
    metrics.gauge("ambit.audit.spool.bytes", journal::bytes);
    metrics.total("ambit.image.refused", link::refusals);
    metrics.total("ambit.control.contradictions", link::breaks);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Pod pod(Config.Pod pod) {
    return Pod.newBuilder()
        .setUid(pod.uid())
        .setNamespace(pod.namespace())
        .setName(pod.name())
        .build();
  }

  private Credentials timed(Credentials credentials) {
    return new Credentials() {
      @Override
      public CompletionStage<Outcome<Dispatch>> attach(Route route) {
        var began = around.nanoTime().getAsLong();
        return credentials
            .attach(route)
            .whenComplete(
                (_, _) -> calls.overhead("credential", around.nanoTime().getAsLong() - began));
      }
    };
  }

  private Gate timed(Gate gate) {
    return new Gate() {
      @Override
      public CompletionStage<Outcome<Admitted>> admit(Dispatch dispatch) {
        var began = around.nanoTime().getAsLong();
        var arrived =
            dispatch.route().reservation().approval().permit().bound().arrival().startedNanos();
        return gate.admit(dispatch)
            .whenComplete((_, _) -> {
              var now = around.nanoTime().getAsLong();
              calls.overhead("admit", now - began);
              calls.overhead("total", now - arrived);
            });
      }

      @Override
      public @Nullable Denial objection(Admitted admitted) {
        return gate.objection(admitted);
      }

      @Override
      public @Nullable Denial lapse(Admitted admitted) {
        return gate.lapse(admitted);
      }
    };
  }
}
