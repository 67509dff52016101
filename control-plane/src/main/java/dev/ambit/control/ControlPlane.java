package dev.ambit.control;

import dev.ambit.control.admin.AdminServer;
import dev.ambit.control.api.ApiServer;
import dev.ambit.control.budget.Ledger;
import dev.ambit.control.caller.AccessFolder;
import dev.ambit.control.caller.BootstrapToken;
import dev.ambit.control.caller.Operators;
import dev.ambit.control.caller.People;
import dev.ambit.control.caller.ReviewedTokens;
import dev.ambit.control.config.Settings;
import dev.ambit.control.credential.KeyFile;
import dev.ambit.control.credential.oauth.Reach;
import dev.ambit.control.kubernetes.AccessMap;
import dev.ambit.control.kubernetes.AgentId;
import dev.ambit.control.kubernetes.ApiTokenReviews;
import dev.ambit.control.kubernetes.Cluster;
import dev.ambit.control.kubernetes.Kubernetes;
import dev.ambit.control.kubernetes.PodArrivals;
import dev.ambit.control.lifecycle.Contexts;
import dev.ambit.control.lifecycle.Handles;
import dev.ambit.control.lifecycle.KnownPods;
import dev.ambit.control.lifecycle.Sessions;
import dev.ambit.control.lifecycle.Suspensions;
import dev.ambit.control.lifecycle.Timers;
import dev.ambit.control.metrics.Metrics;
import dev.ambit.control.publish.PodGate;
import dev.ambit.control.publish.ProxyServer;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.resources.FolderSource;
import dev.ambit.control.store.BudgetTable;
import dev.ambit.control.store.PodSessionTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.envelope.Ids;
import dev.ambit.resources.Finding;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.Snapshot;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import dev.ambit.spiffe.x509.Pem;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control plane as one running thing: made and wired here by hand, from the inside out, and
/// taken down in the opposite order.
public final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
  private static final int HANDLE_KEY_BYTES = 32;
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final Duration ISSUER_PATIENCE = Duration.ofSeconds(3);
  private static final Duration RESOURCES_PATIENCE = Duration.ofSeconds(10);

  private final Settings settings;
  private final InstantSource clock;
  private final LongSupplier nanos;
  private final SecureRandom random = new SecureRandom();
  private final Metrics metrics = new Metrics();
  private final Deque<Runnable> closers = new ArrayDeque<>();
  private Ports ports = new Ports(0, 0, 0, 0);
  private String id = "";

  private ControlPlane(Settings settings, InstantSource clock, LongSupplier nanos) {
    this.settings = settings;
    this.clock = clock;
    this.nanos = nanos;
  }

  /// Starts everything, or nothing: what was opened before a failure is closed again.
  ///
  /// @param nanos a monotonic clock, as `System::nanoTime`
  public static ControlPlane start(Settings settings, InstantSource clock, LongSupplier nanos)
      throws Unusable, IdentityUnavailable, IOException {
    var plane = new ControlPlane(settings, clock, nanos);
    var started = false;
    try {
      plane.start();
      started = true;
      return plane;
    } finally {
      if (!started) {
        plane.close();
      }
    }
  }

  /// The ports as bound.
  public Ports ports() {
    return ports;
  }

  /// Its own SPIFFE ID.
  public String id() {
    return id;
  }

  /// Closes what was opened last first; whatever one part says, the others are closed too.
  @Override
  public void close() {
    if (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } finally {
        close();
      }
    }
  }

  private void start() throws Unusable, IdentityUnavailable, IOException {
    // Before anything is opened: a set that cannot be used is the operator's next step.
    var kubernetes = kubernetes();
    var resources = resources(kubernetes);
    var source = SpiffeSource.open(settings.socket(), settings.patience());
    closers.push(source::close);
    var self = source.current().spiffeId();
    var store = Store.open(settings.database(), clock);
    closers.push(store::close);
    Files.createDirectories(settings.keys());

    var proxies = new ProxyServer(store, settings.lease(), clock, nanos, metrics::pushed);
    closers.push(proxies::close);
    var ids = new Ids(clock, random);
    var evidence =
        Evidence.make(
            new Evidence.Base(
                store,
                proxies.cuts(),
                proxies.words(),
                resources,
                self,
                source::jwtSvid,
                settings.keys(),
                ids,
                random,
                clock));
    closers.push(evidence.stop());
    var table = new SessionTable(store);
    var pods = kubernetes.map(cluster -> cluster.pods(agentId(self)));
    var known = pods.<KnownPods>map(each -> each).orElse(KnownPods.NONE);
    var sessions =
        new Sessions(
            table, resources, evidence.closures(), new Handles(handleKey()), known, ids, clock);
    var podSessions =
        kubernetes.map(
            cluster -> cluster.sessions(pods.orElseThrow(), sessions, new PodSessionTable(store)));
    var suspensions = new Suspensions(sessions, evidence.suspensions(), proxies.cuts(), clock);
    var timers =
        new Timers(
            table, sessions, resources, known, settings.lease().plus(TICK.multipliedBy(2)), clock);

    var tls = new SpiffeTls(source, peers(self));
    var ledger = new Ledger(new BudgetTable(store));
    proxies.start(
        settings.proxies(),
        tls.grpcServer(),
        ledger,
        evidence.broker(),
        evidence.orphans(),
        evidence.audit(),
        podSessions
            .<PodGate>map(each -> new PodArrivals(pods.orElseThrow(), each))
            .orElse(PodGate.OPEN));
    var reach = new Reach(ISSUER_PATIENCE, nanos);
    closers.push(reach::close);
    var api =
        new ApiServer(
            new ApiServer.Parts(
                store,
                sessions,
                suspensions,
                new Contexts(sessions, evidence.suspensions(), proxies.cuts(), clock),
                evidence.broker(),
                evidence.audit(),
                evidence.trail(),
                evidence.keys(),
                proxies::serving,
                new Status(self, resources, table, evidence, proxies, reach)::now,
                tls));
    // Once nobody can end a session any more.
    closers.push(() -> handOver(proxies));
    closers.push(api::close);
    var token =
        settings.access().map(_ -> BootstrapToken.issue(random, clock, settings.tokenLife()));
    var accounts =
        kubernetes.map(cluster -> join(cluster, settings.kubernetes().orElseThrow(), source));
    var workloads = api.openForWorkloads(settings.workloads());
    var people =
        api.openForPeople(
            settings.people(), new People(token.map(BootstrapToken.Fresh::token), accounts));
    if (settings.access().isPresent() && token.isPresent()) {
      grantAccess(settings.access().get(), token.get(), source, people, proxies.port());
    }

    metrics.stale(resources::stale);
    metrics.overdue(evidence.closures()::overdue);
    metrics.issuersSpared(evidence.issuersSpared());
    metrics.chainsBroken(evidence.audit()::broken);
    metrics.attached(proxies::attached);
    metrics.proxiesDoubled(proxies::doubles);
    tick("resources", resources::reload);
    tick("timers", timers::tick);
    kubernetes.ifPresent(cluster -> tick("status", cluster::tick));
    podSessions.ifPresent(each -> tick("pods", each::tick));
    tick("proxies", proxies::tick);
    tick("metrics", () -> metrics.sessions(table.count()));
    evidence.start().run();
    var admin =
        new AdminServer(
            "AMBIT_CONTROL_ADMIN_LISTEN",
            settings.admin(),
            () -> unready(source, proxies),
            metrics::scrape);
    closers.push(admin::close);
    id = self;
    ports = new Ports(proxies.port(), workloads, people, admin.port());
  }

  private Optional<Kubernetes> kubernetes() throws IOException {
    var where = settings.kubernetes();
    if (where.isEmpty()) {
      return Optional.empty();
    }
    try {
      var cluster =
          Kubernetes.open(
              Cluster.client(where.get().kubeconfig()),
              where.get().namespace(),
              settings.resources(),
              RESOURCES_PATIENCE,
              clock);
      closers.push(cluster::close);
      return Optional.of(cluster);
    } catch (InterruptedException interrupted) {
      // Not empty: without a cluster every proxy would be let in.
      Thread.currentThread().interrupt();
      throw new IOException("kubernetes: interrupted (expected: its resources read)", interrupted);
    }
  }

  private AgentId agentId(String self) {
    return settings
        .kubernetes()
        .flatMap(Settings.Kubernetes::agentId)
        .map(AgentId::new)
        .orElseGet(() -> AgentId.of(trustDomain(self)));
  }

  private CurrentResources resources(Optional<Kubernetes> kubernetes) throws Unusable {
    // Who mends a resource of the cluster sees its status, and needs a control plane for that.
    return kubernetes.isPresent()
        ? CurrentResources.begin(kubernetes.get().resources())
        : resources(settings.resources());
  }

  /// Lets a cluster vouch for callers, and tells it how this control plane is known.
  private ReviewedTokens join(Kubernetes cluster, Settings.Kubernetes names, SpiffeSource source) {
    var client = cluster.client();
    var access =
        new AccessMap(
            client,
            names.namespace(),
            names.access(),
            () -> {
              var now = source.current();
              return new AccessMap.Place(roots(now), now.spiffeId());
            },
            nanos);
    tick("access", access::tick);
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    closers.push(threads::shutdownNow);
    return new ReviewedTokens(
        new ApiTokenReviews(client, names.audience()),
        new Operators(Set.copyOf(names.operators())),
        threads,
        nanos);
  }

  private static CurrentResources resources(Path folder) throws Unusable {
    return switch (CurrentResources.read(new FolderSource(folder))) {
      case CurrentResources.Start.Ready(var ready) -> ready;
      case CurrentResources.Start.Broken(var findings) ->
          throw new Unusable(findings.stream().map(Finding::toString).toList());
    };
  }

  private PeerPolicy peers(String self) {
    return settings.peers().isEmpty()
        ? PeerPolicy.trustDomain(trustDomain(self))
        : new PeerPolicy(settings.peers());
  }

  private byte[] handleKey() {
    var file = settings.keys().resolve("handle.key");
    var key =
        KeyFile.readOrCreate(
            file,
            () -> {
              var fresh = new byte[HANDLE_KEY_BYTES];
              random.nextBytes(fresh);
              return fresh;
            });
    if (key.length != HANDLE_KEY_BYTES) {
      throw KeyFile.unusable(file, key.length + " bytes (expected: " + HANDLE_KEY_BYTES + ")");
    }
    return key;
  }

  private void grantAccess(
      Path folder, BootstrapToken.Fresh token, SpiffeSource source, int people, int proxies)
      throws IOException {
    var access = new AccessFolder(folder);
    var now = source.current();
    access.write(
        token.reveal(),
        new AccessFolder.Place(
            roots(now),
            reachable(settings.people(), people),
            reachable(settings.proxies(), proxies),
            now.spiffeId()));
    source.onChange(next -> {
      try {
        access.bundle(roots(next));
      } catch (IOException failure) {
        LOG.error("access: the roots in {} are old", folder, failure);
      }
    });
  }

  /// Where the command line of this machine finds a port. A wildcard listens on loopback, too.
  private static String reachable(InetSocketAddress listen, int port) {
    var address = listen.getAddress();
    var host = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  private static String trustDomain(String id) {
    var start = "spiffe://".length();
    return id.substring(start, id.indexOf('/', start));
  }

  private static String roots(Snapshot snapshot) {
    var own = snapshot.bundles().get(trustDomain(snapshot.spiffeId()));
    return own == null ? "" : Pem.certificates(own);
  }

  private void handOver(ProxyServer proxies) {
    try {
      proxies.handOver(settings.handover());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<String> unready(SpiffeSource source, ProxyServer proxies) {
    if (!clock.instant().isBefore(source.current().notAfter())) {
      return Optional.of("identity: expired (expected: the SPIFFE agent renews it)");
    }
    return proxies.granting()
        ? Optional.empty()
        : Optional.of("store: not read lately (expected: read within 1s)");
  }

  /// Runs the work once a second on a thread of its own: a slow one delays no other. What it dies
  /// of is logged, and it is tried again.
  private void tick(String name, Runnable work) {
    var timer = Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name(name).factory());
    var _ =
        timer.scheduleWithFixedDelay(
            () -> attempt(name, work), TICK.toMillis(), TICK.toMillis(), TimeUnit.MILLISECONDS);
    closers.push(timer::shutdownNow);
  }

  private static void attempt(String name, Runnable work) {
    var once = new FutureTask<>(work, true);
    once.run();
    try {
      var _ = once.get();
    } catch (ExecutionException failure) {
      LOG.error("{}: failed, tried again in {}", name, TICK, failure.getCause());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Where it listens.
  public record Ports(int proxies, int workloads, int people, int admin) {}
}
