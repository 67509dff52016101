package dev.ambit.control.publish;

import dev.ambit.control.audit.AuditLog;
import dev.ambit.control.budget.Ledger;
import dev.ambit.control.closure.Cuts;
import dev.ambit.control.closure.RecordWords;
import dev.ambit.control.credential.Broker;
import dev.ambit.control.credential.Orphans;
import dev.ambit.control.listen.Listener;
import dev.ambit.control.session.Seat;
import dev.ambit.control.store.Changes;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.control.store.StoreFailure;
import dev.ambit.proto.v1.AttachedProxy;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The port for proxies, and what follows them. Made before closure (which waits for cuts) and
/// before the broker; serves from [#start] on.
public final class ProxyServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);
  private static final int MESSAGE_MAX = 2 << 20;
  private static final int METADATA_MAX = 16 << 10;

  /// A connection whose other end is gone is noticed after both of these.
  private static final Duration PING = Duration.ofSeconds(20);

  private static final Duration PING_MAX = Duration.ofSeconds(10);

  private final Changes changes;
  private final ProxyTable table;
  private final SessionTable sessions;
  private final Proxies proxies;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final Feed feed;
  private final Strangers strangers;
  private final ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor();
  private final Duration lease;
  private final long earlierOver;
  private boolean longerRun;
  private boolean handedOver;
  private @Nullable Presence presence;
  private @Nullable Server server;
  private final Thread follower;

  /// Begins to know proxies: those of the store count as holding the longest lease granted before.
  ///
  /// @param lease 1 s to 30 s
  /// @param lagNanos told how long a change took from its commit to the streams
  public ProxyServer(
      Store store, Duration lease, InstantSource clock, LongSupplier nanos, LongConsumer lagNanos) {
    this.lease = lease;
    this.clock = clock;
    this.nanos = nanos;
    this.changes = new Changes(store);
    this.table = new ProxyTable(store);
    this.sessions = new SessionTable(store);
    var before = changes.leaseMax();
    changes.granting(lease);
    this.earlierOver = nanos.getAsLong() + before.toNanos();
    this.longerRun = before.compareTo(lease) > 0;
    var seen = changes.newest();
    table.begin(clock.instant());
    this.proxies =
        new Proxies(
            new Proxies.Terms(changes.epoch(), lease, before), table.present(), seen, clock, nanos);
    this.feed = new Feed(changes, proxies, seen, nanos, lagNanos);
    this.strangers = new Strangers(nanos);
    store.onChange(feed::hurry);
    this.follower = Thread.ofVirtual().name("feed").start(feed);
  }

  /// What closure waits with.
  public Cuts cuts() {
    return proxies;
  }

  /// What proxies have said of their records.
  public RecordWords words() {
    return proxies;
  }

  /// Proxies that a session of the seat is in force at, at this moment.
  public int serving(Seat seat) {
    return proxies.serving(seat);
  }

  /// Proxies that have a stream at this moment.
  public int attached() {
    return proxies.attached();
  }

  /// Second processes of a proxy that were refused.
  public long doubles() {
    return proxies.doubles();
  }

  /// How proxies that have a stream stand, at most `count`.
  public List<AttachedProxy> standing(int count) {
    return proxies.standing(count);
  }

  /// Whether the change table was read a moment ago, so that leases are granted.
  public boolean granting() {
    return proxies.granting();
  }

  /// Opens the port.
  public void start(
      InetSocketAddress listen,
      SslContext tls,
      Ledger ledger,
      Broker broker,
      Orphans orphans,
      AuditLog audit,
      PodGate gate)
      throws IOException {
    var followed = new Presence(table, sessions, orphans, clock, nanos);
    followed.expect(table.present());
    presence = followed;
    var parts = new AttachHandler.Parts(proxies, followed, table, sessions, gate, clock, strangers);
    var issuing = new Issuing(sessions, followed, broker, clock);
    var fresh =
        NettyServerBuilder.forAddress(listen)
            .sslContext(tls)
            .executor(calls)
            .maxInboundMessageSize(MESSAGE_MAX)
            .maxInboundMetadataSize(METADATA_MAX)
            .keepAliveTime(PING.toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(PING_MAX.toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .intercept(new Peer())
            .addService(new ProxyApi(parts, ledger, issuing, audit))
            .build();
    try {
      server = fresh.start();
    } catch (IOException failure) {
      throw new IOException(
          Listener.cannot("AMBIT_CONTROL_PROXY_LISTEN", listen, failure), failure);
    }
  }

  /// Writes what proxies reported and declares silent ones lost. Called once a second; blocks.
  public void tick() {
    if (presence != null) {
      presence.tick();
    }
    proxies.forget();
    strangers.sweep();
    forgetLonger();
  }

  /// Leases of before that were longer than ours have ended: the next run need not wait for them.
  private synchronized void forgetLonger() {
    if (longerRun && nanos.getAsLong() - earlierOver > 0) {
      longerRun = false;
      changes.grantingOnly(lease);
    }
  }

  /// Lets attached proxies act for so long without fresh word: this program is about to stop, and
  /// another will take its place. Called when nobody can end a session any more. Blocks.
  public synchronized void handOver(Duration handover) throws InterruptedException {
    if (handover.compareTo(lease) <= 0 || proxies.attached() == 0) {
      return;
    }
    try {
      // On disk before anybody may act on it: the next run must know how long to wait for whom.
      longerRun = false;
      changes.granting(handover);
      var told = proxies.published(changes.newest(), Proxies.READING_AGE_MAX);
      handedOver = told && proxies.handOver(handover) > 0;
      LOG.info("handover: {}", handedOver ? handover : "none, the store was not read lately");
    } catch (StoreFailure failure) {
      LOG.error("store: no handover lease is granted", failure);
    }
  }

  /// The port that is bound.
  public int port() {
    return server == null ? 0 : server.getPort();
  }

  /// Ends every stream, closes the port and writes what proxies reported.
  @Override
  public void close() {
    proxies.restart(
        Status.UNAVAILABLE.withDescription(
            "control plane: shutting down (expected: attach again)"));
    if (server != null) {
      stop(server);
    }
    follower.interrupt();
    var _ = calls.shutdownNow();
    try {
      follower.join();
      var _ = calls.awaitTermination(Listener.DRAIN_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    if (presence != null) {
      presence.tick();
    }
  }

  /// Leases of the last moment shall arrive.
  private synchronized void stop(Server serving) {
    var _ = serving.shutdown();
    try {
      if (handedOver) {
        var _ = serving.awaitTermination(Listener.DRAIN_MAX.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    var _ = serving.shutdownNow();
  }
}
