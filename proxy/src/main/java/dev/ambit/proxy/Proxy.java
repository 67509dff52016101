package dev.ambit.proxy;

import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.Counters;
import dev.ambit.proto.v1.Pod;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proxy.admin.AdminServer;
import dev.ambit.proxy.admin.Health;
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
import dev.ambit.proxy.decode.TunnelGate;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.listen.ExplicitListener;
import dev.ambit.proxy.metrics.CallMetrics;
import dev.ambit.proxy.metrics.Metrics;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Timer;
import dev.ambit.proxy.relay.HttpRelay;
import dev.ambit.proxy.relay.UpstreamTls;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.resolve.DnsNameServer;
import dev.ambit.proxy.resolve.Resolver;
import dev.ambit.proxy.resolve.Route;
import dev.ambit.proxy.scope.Scope;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.proxy.trust.Leaves;
import dev.ambit.proxy.trust.PodAuthority;
import dev.ambit.proxy.trust.SystemRoots;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running proxy: all of its wiring, by hand, and how it starts, drains and stops. One event loop
/// carries everything but the audit writer, so nothing below needs a lock.
public final class Proxy implements AutoCloseable {
  /// How long to wait for the first SVID.
  public static final Duration IDENTITY_PATIENCE = Duration.ofSeconds(60);

  /// Largest message of the control plane: a snapshot of many envelopes.
  private static final int MESSAGE_BYTES_MAX = 16 * 1_024 * 1_024;

  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  private final Config config;
  private final Surroundings around;
  private final EventLoopGroup loops;
  private final EventLoop loop;
  private final SpiffeSource source;
  private final ManagedChannel channel;
  private final DnsNameServer names;
  private final ControlLink link;
  private final Journal journal;
  private final RecordSender sender;
  private final CallMetrics calls;
  private final ExplicitListener listener;
  private final InetSocketAddress address;
  private final AdminServer admin;
  private final UpstreamTls tls;
  private final Leaves leaves;
  private volatile AddressPolicy dialled = (_, _) -> false;
  private volatile boolean started;
  private volatile boolean draining;

  private Proxy(
      Config config,
      Surroundings around,
      Transport transport,
      EventLoopGroup loops,
      SpiffeSource source)
      throws IOException {
    this.config = config;
    this.around = around;
    this.loops = loops;
    this.loop = loops.next();
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
    authority.publish(config.trustDir());

    // Control plane.
    var identity =
        new ProxyIdentity(
            around.version(),
            PrivateDir.proxyId(config.privateDir(), ids),
            ids.next(),
            source.current().spiffeId(),
            config.pod().map(Proxy::pod));
    this.channel = channel(transport);
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
        new GrpcIssuer(stub, identity.proxyId(), config.issueWait(), link::attached, nanoTime);
    var ledger = new GrpcLedger(stub, link::attached);

    // Records.
    var metrics = new Metrics();
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
    this.sender = new RecordSender(stub, journal, timer, around.random());
    var ends = new Ends(journal, calls);

    // The way of a call.
    var limits = Limits.DEFAULT;
    var gate = new Admission(link::image, link.lease(), journal, clock, nanoTime);
    var credentials = new CredentialCache(issuer, timer, nanoTime);
    var settlements = new Settlements(ledger, timer);
    this.names = new DnsNameServer(loop, transport, config.dns().map(List::of).orElse(List.of()));
    this.tls = new UpstreamTls(SystemRoots.load(), List.of(authority.certificate()));
    var relay = new HttpRelay(loop, transport, gate, link, tls, limits);
    var path =
        new RequestPath(
            new Sessions(link::image, link.lease(), nanoTime),
            new Scope(clock),
            new Approvals(),
            new LedgerBudgets(ledger, settlements, ends, ids::next),
            new Resolver(around.names().apply(names), (to, rules) -> dialled.admits(to, rules)),
            timed(credentials),
            timed(gate),
            relay);
    this.leaves = new Leaves(authority, clock);
    var decoding =
        new Decoding(
            path::carry,
            ends,
            () -> new CallId(ids.next()),
            new TunnelGate(link::image, link.lease()),
            leaves,
            limits,
            nanoTime);
    this.listener = new ExplicitListener(loop, transport, decoding);

    measure(metrics, issuer, authority);
    metrics.total("ambit.settlements.dropped", settlements::dropped);
    this.admin =
        new AdminServer(
            loops,
            transport.server(),
            config.metrics(),
            new Health(() -> started, this::ready),
            metrics::scrape);
    this.address = listener.bind(config.listen());
    // A call to one of our own ports would come back to us.
    this.dialled =
        around
            .addresses()
            .except(ownAddresses(), Set.of(address.getPort(), admin.address().getPort()));
    loop.execute(() -> link.start(List.of(credentials, relay), sender::attached));
    loop.execute(() -> awaitStart(timer));
  }

  /// Starts a proxy; it answers from the first snapshot and lease on. Blocks until its ports are
  /// open. Throws [IdentityUnavailable] when the Workload API gives no SVID in time.
  public static Proxy start(Config config, Surroundings around)
      throws IOException, IdentityUnavailable {
    var source = SpiffeSource.open(config.spiffeSocket(), IDENTITY_PATIENCE);
    var transport = Transport.best();
    var loops = transport.oneLoop("ambit-loop");
    try {
      return new Proxy(config, around, transport, loops, source);
    } catch (IOException failed) {
      source.close();
      var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw failed;
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
    return started;
  }

  /// Refuses new connections and lets running calls end, at most so long; any thread.
  public CompletionStage<Void> drain(Duration patience) {
    draining = true;
    return listener.drain(patience);
  }

  /// Stops: cuts what runs, lets go of every authority, and leaves the records on disk. Blocks; not
  /// on the loop.
  @Override
  public void close() {
    draining = true;
    loop.submit(
            () -> {
              link.close();
              sender.close();
              leaves.close();
              tls.close();
            })
        .awaitUninterruptibly();
    journal.close();
    admin.close();
    names.close();
    var _ = channel.shutdownNow();
    source.close();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  private static Set<InetAddress> ownAddresses() throws SocketException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .collect(Collectors.toUnmodifiableSet());
  }

  private ManagedChannel channel(Transport transport) {
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

  private boolean ready() {
    return started
        && !draining
        && link.ready()
        && !journal.failing()
        && source.current().notAfter().isAfter(around.clock().instant());
  }

  private void awaitStart(Timer timer) {
    if (link.ready()) {
      started = true;
      LOG.atInfo().addArgument(source.current().spiffeId()).log("started as {}");
    } else {
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
    metrics.info("ambit.build.info", "version", around.version());
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
      public @Nullable Denial lapse(Admitted admitted) {
        return gate.lapse(admitted);
      }
    };
  }
}
