package dev.ambit.chaos.site;

import dev.ambit.dev.peers.Peers;
import dev.ambit.dev.process.Child;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/// What is disturbed: authority, control plane, two proxies of one workload, OAuth server and
/// upstream, each a process, on wires that can be cut, with a name server of their own.
public final class Site implements AutoCloseable {
  /// Of the proxies; the shortest that is sensible, so that runs see it end often.
  public static final Duration LEASE = Duration.ofSeconds(6);

  /// Of tokens.
  public static final Duration TOKEN_LIFE = Duration.ofMinutes(5);

  static final String TEMPLATE = "job";

  /// What a session may spend, and of that by writing.
  public static final int CALLS = 60;

  public static final int WRITES = 12;

  /// The least that a proxy takes, so that it fills.
  private static final int SPOOL_BYTES = 256 * 1_024;

  private static final int DRAIN_SECONDS = 3;

  private final EmbeddedSet set;
  private final Peers peers;
  private final Wire issuer;
  private final Wire upstream;
  private final Names names;
  private final List<Sidecar> proxies;
  private final Office office;
  private Child authority;

  private Site(
      EmbeddedSet set,
      Peers peers,
      Wire issuer,
      Wire upstream,
      Names names,
      List<Sidecar> proxies,
      Office office,
      Child authority) {
    this.set = set;
    this.peers = peers;
    this.issuer = issuer;
    this.upstream = upstream;
    this.names = names;
    this.proxies = List.copyOf(proxies);
    this.office = office;
    this.authority = authority;
  }

  /// Starts every process and waits until both proxies are attached.
  public static Site start() throws IOException {
    var set = new EmbeddedSet(new EmbeddedSet.Plan(Folders.make("ambit-chaos"), false));
    var issuer = new Wire("issuer");
    var upstream = new Wire("upstream");
    var names = new Names();
    var whole = false;
    try {
      var authority = set.startAuthority();
      var peers = Peers.start(set, InstantSource.system(), TOKEN_LIFE);
      issuer.leadTo(peers.issuerPort());
      upstream.leadTo(peers.upstreamPort());
      Files.writeString(
          peers.files().resolve("resources.yaml"),
          String.join(
              "---\n",
              peers.target("api", upstream.port()),
              peers.provider("issuer", Peers.CLIENT, issuer.port()),
              template()));
      var _ = authority.ready();
      var control = set.startControlPlane(peers.files(), LEASE);
      var proxies = new ArrayList<Sidecar>();
      for (var name : List.of("proxy-1", "proxy-2")) {
        proxies.add(
            Sidecar.start(
                set,
                name,
                control,
                Set.of(upstream.port()),
                List.of(
                    "dns=" + names.port(),
                    "spool-bytes=" + SPOOL_BYTES,
                    "drain-seconds=" + DRAIN_SECONDS)));
      }
      proxies.forEach(Sidecar::ports);
      var office = new Office(set.plan().access());
      var site = new Site(set, peers, issuer, upstream, names, proxies, office, authority);
      whole = true;
      return site;
    } finally {
      if (!whole) {
        set.close();
        issuer.close();
        upstream.close();
        names.close();
      }
    }
  }

  private static String template() {
    return """
    apiVersion: ambit.dev/v1
    kind: SessionTemplate
    metadata: { name: TEMPLATE }
    spec:
      openers: [bootstrap]
      workloads: ["AGENT"]
      binding: identity
      sharing: by-handle
      limits: { ttl: 1m, maxTtl: 2m, idle: 1m, calls: CALLS }
      grants:
        - name: read
          target: api
          methods: [GET]
          paths: ["/v1/items/{id}", "/v1/download/{id}"]
          credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: watch
          target: api
          methods: [GET]
          paths: ["/v1/stream/{id}"]
          credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: write
          target: api
          methods: [POST]
          paths: ["/v1/upload/{id}"]
          budget: { calls: WRITES }
          credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:write"] } }
    """
        .replace("TEMPLATE", TEMPLATE)
        .replace("CALLS", Integer.toString(CALLS))
        .replace("WRITES", Integer.toString(WRITES))
        .replace("AGENT", EmbeddedSet.AGENT);
  }

  public Peers peers() {
    return peers;
  }

  public List<Sidecar> proxies() {
    return proxies;
  }

  /// Between the control plane and the issuer.
  public Wire issuer() {
    return issuer;
  }

  /// Between the proxies and the upstream.
  public Wire upstream() {
    return upstream;
  }

  /// Where the upstream is, as agents name it.
  public int upstreamPort() {
    return upstream.port();
  }

  public Names names() {
    return names;
  }

  public Office office() {
    return office;
  }

  public Process controlPlane() {
    return set.controlPlane().process();
  }

  /// Starts the control plane again when it has ended, and waits for it.
  public void restartControlPlane() throws IOException {
    Sidecar.awaitEnd(controlPlane());
    set.restartControlPlane();
    office.reconnect();
  }

  public Process authority() {
    return authority.process();
  }

  /// Starts the SPIFFE authority again when it has ended; it has new keys.
  public void restartAuthority() throws IOException {
    Sidecar.awaitEnd(authority());
    authority = set.restart(authority, List.of());
    var _ = authority.ready();
  }

  /// The file that holds the control plane's state.
  public Path store() {
    return set.plan().folder().resolve("control").resolve("ambit.db");
  }

  /// Everything that the processes have written.
  public Path folder() {
    return set.plan().folder();
  }

  /// Processes that ended although nobody ended them.
  public List<String> fallen() {
    return Stream.concat(
            proxies.stream().filter(Sidecar::fell).map(Sidecar::name),
            Stream.of(set.controlPlane(), authority)
                .filter(child -> !child.process().isAlive())
                .map(Child::name))
        .toList();
  }

  @Override
  public void close() throws IOException {
    office.close();
    set.close();
    issuer.close();
    upstream.close();
    for (var proxy : proxies) {
      proxy.close();
    }
    names.close();
  }
}
