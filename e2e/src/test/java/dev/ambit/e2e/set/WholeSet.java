package dev.ambit.e2e.set;

import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.cli.run.AgentEnvironment;
import dev.ambit.cli.run.ProxyHealth;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.peers.Peers;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Ledger;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.Folders;
import dev.ambit.dev.set.Member;
import dev.ambit.dev.set.ProxyPorts;
import dev.ambit.dev.set.State;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Workload;
import dev.ambit.spiffe.anchors.TrustFolder;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;

/// A whole system on this machine: authority, control plane, proxy, OAuth server and upstream API,
/// each a real process, with one template, `work`. What happened is read from the upstream's and
/// the issuer's own records.
public final class WholeSet implements AutoCloseable {
  /// Grants reading (`GET` of items, stream and download) and writing (`POST` of items and upload),
  /// each with a credential of its own.
  public static final String TEMPLATE = "work";

  /// What the agent sends of its own and the upstream must never see.
  public static final String OWN_KEY = "a-key-of-the-agents-own";

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final EmbeddedSet set;
  private final Peers peers;
  private final int control;
  private final ProxyPorts proxy;
  private volatile ControlPlane controlPlane;

  private WholeSet(
      EmbeddedSet set, Peers peers, int control, ProxyPorts proxy, ControlPlane controlPlane) {
    this.set = set;
    this.peers = peers;
    this.control = control;
    this.proxy = proxy;
    this.controlPlane = controlPlane;
  }

  /// Starts every process and waits until the proxy is attached.
  public static WholeSet start() throws IOException {
    return start("", Set.of());
  }

  /// The same, with more resources.
  ///
  /// @param more YAML documents, beside the target `api`, the providers `honest` and `lying`, and
  ///   the template
  /// @param ports loopback ports that the proxy may dial, beside the upstream's
  public static WholeSet start(String more, Set<Integer> ports) throws IOException {
    return start(new Wishes(more, ports, Duration.ofSeconds(15), port -> port));
  }

  /// What a set is wanted for.
  ///
  /// @param more as above
  /// @param ports as above
  /// @param lease of proxies, 1 s to 30 s
  /// @param way given the control plane's port for proxies, the loopback port that the proxy is
  ///   told instead
  public record Wishes(String more, Set<Integer> ports, Duration lease, IntUnaryOperator way) {
    public Wishes {
      ports = Set.copyOf(ports);
    }
  }

  /// As wished.
  public static WholeSet start(Wishes wishes) throws IOException {
    var set = new EmbeddedSet(new EmbeddedSet.Plan(Folders.make("ambit-e2e"), false));
    try {
      var authority = set.startAuthority();
      var peers = Peers.start(set, InstantSource.system());
      write(peers, wishes.more());
      var _ = authority.ready();
      var dialled = new HashSet<>(wishes.ports());
      dialled.add(peers.upstreamPort());
      var control = set.startControlPlane(peers.files(), wishes.lease());
      var proxy = set.startProxy(wishes.way().applyAsInt(control), dialled);
      return new WholeSet(set, peers, control, proxy, connect(set));
    } catch (IOException | RuntimeException failed) {
      set.close();
      throw failed;
    }
  }

  private static ControlPlane connect(EmbeddedSet set) {
    return Connector.open(Access.ofDirectory(set.plan().access()));
  }

  /// Starts one more proxy of the same workload, as a replica of its pod has one.
  ///
  /// @param ports loopback ports that it may dial
  public ProxyPorts startProxy(String name, Set<Integer> ports) throws IOException {
    var trust = set.plan().folder().resolve(name + "-trust");
    return EmbeddedSet.ports(set.startProxy(name, trust, control, ports, List.of(), Map.of()));
  }

  /// Starts the control plane again after its process has ended, and connects with its new token.
  public void restartControlPlane() {
    controlPlane.close();
    set.restartControlPlane();
    controlPlane = connect(set);
  }

  private static void write(Peers peers, String more) throws IOException {
    Files.writeString(
        peers.files().resolve("resources.yaml"),
        String.join(
            "---\n",
            peers.target("api"),
            peers.provider("honest", Peers.CLIENT),
            peers.provider("lying", Peers.LIED_TO),
            template(),
            more));
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
      sharing: exclusive
      limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 10000 }
      grants:
        - name: read
          target: api
          methods: [GET]
          paths: ["/v1/items", "/v1/items/{id}", "/v1/stream", "/v1/download"]
          credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: write
          target: api
          methods: [POST]
          paths: ["/v1/items", "/v1/upload"]
          credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:write"] } }
    """
        .replace("TEMPLATE", TEMPLATE)
        .replace("AGENT", EmbeddedSet.AGENT);
  }

  /// Opens a session of [#TEMPLATE] and waits until the proxy judges by it.
  public Session open() {
    return open(TEMPLATE);
  }

  /// Opens a session of another template.
  public Session open(String template) {
    return open(template, proxy);
  }

  /// Opens a session and waits until all these proxies judge by it.
  public Session open(String template, ProxyPorts... proxies) {
    var asked =
        OpenSessionRequest.newBuilder()
            .setTemplate(template)
            .setWorkload(Workload.newBuilder().setSpiffeId(EmbeddedSet.AGENT))
            .build();
    Session session;
    try {
      session = controlPlane.sessions().openSession(asked).getSession();
    } catch (StatusRuntimeException refused) {
      throw new AssertionError("session not opened: " + set.controlPlane().fate(), refused);
    }
    for (var each : proxies) {
      if (!ProxyHealth.enforces(each.adminAddress(), session.getVersion(), PATIENCE)) {
        throw new AssertionError(each + " does not enforce session " + session.getId());
      }
    }
    return session;
  }

  /// Asks for the end; returns when every proxy has cut.
  public Session close(Session session) {
    return controlPlane
        .closing()
        .closeSession(
            CloseSessionRequest.newBuilder()
                .setSessionId(session.getId())
                .setReason(CloseReason.CLOSE_REASON_COMPLETED)
                .build())
        .getSession();
  }

  /// Waits until it is CLOSED and has its receipt.
  public Session untilClosed(Session session) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    var seen = get(session);
    while (seen.getState() != SessionState.SESSION_STATE_CLOSED || !seen.getReceiptAvailable()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not closed after " + PATIENCE + ": " + seen);
      }
      TimeUnit.MILLISECONDS.sleep(10);
      seen = get(session);
    }
    return seen;
  }

  /// What the control plane says about it now.
  public Session get(Session session) {
    return controlPlane
        .sessions()
        .getSession(GetSessionRequest.newBuilder().setSessionId(session.getId()).build())
        .getSession();
  }

  /// The variables of an agent in this set, as `ambit session run` sets them.
  public Map<String, String> agentVariables() {
    return AgentEnvironment.variables(proxy.agentAddress(), new TrustFolder(trust()), "");
  }

  /// An agent with these variables, as the user who runs the tests.
  public User agent() {
    return User.ROOT.with(agentVariables());
  }

  /// Writes it down as the development set that commands with this AMBIT_DEV_STATE find.
  public void keepAs(Path state) throws IOException {
    new State(state).write("up", set, proxy);
  }

  /// The folder in which the proxy writes whom agents trust.
  public Path trust() {
    return set.plan().trust();
  }

  public EmbeddedSet set() {
    return set;
  }

  public Peers peers() {
    return peers;
  }

  public ProxyPorts proxy() {
    return proxy;
  }

  public ControlPlane controlPlane() {
    return controlPlane;
  }

  /// What the upstream saw.
  public Ledger upstream() {
    return peers.arrived();
  }

  /// Connections and requests that came to the upstream since a mark. What it still notes of
  /// earlier ones, that they ended for example, does not count.
  public List<Entry> reachedUpstream(int mark) {
    return upstream().since(mark).stream()
        .filter(entry -> entry.is("connected") || entry.is("request"))
        .toList();
  }

  /// What the issuer saw.
  public Ledger issuer() {
    return peers.issued();
  }

  /// One process: `authority`, `issuer`, `upstream`, `control-plane` or `proxy`.
  public Member member(String name) {
    return set.members().stream()
        .filter(member -> member.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    controlPlane.close();
    set.close();
    Folders.remove(set.plan().folder());
  }
}
