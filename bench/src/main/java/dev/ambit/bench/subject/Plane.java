package dev.ambit.bench.subject;

import dev.ambit.bench.measure.Usage;
import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.dev.issuer.Client;
import dev.ambit.dev.issuer.IssuerMain;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.Task;
import dev.ambit.proto.v1.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What our proxy belongs to: a SPIFFE authority, the control plane and an OAuth issuer, each a
/// process, and one open session with as many grants as the peers' allow-lists have lines.
public final class Plane implements AutoCloseable {
  private static final String TEMPLATE = "bench";
  private static final String CROWD = "crowd";
  private static final String CROWD_ID = "spiffe://demo.test/crowd/";
  private static final String CLIENT = "ambit";
  private static final String VERIFIER = "ambit-verifier";
  private static final String SCOPE = "items";
  private static final int TOKEN_SECONDS = 7_200;

  private final EmbeddedSet set;
  private final int controlPort;
  private final String session;

  private Plane(EmbeddedSet set, int controlPort, String session) {
    this.set = set;
    this.controlPort = controlPort;
    this.session = session;
  }

  /// Starts all of it and opens the session.
  public static Plane start(Site site) throws IOException {
    return start(site, 0);
  }

  /// As above, with workloads that share their proxies among sessions.
  public static Plane start(Site site, int crowds) throws IOException {
    var folder = Files.createDirectory(site.folder().resolve("plane"));
    var set = new EmbeddedSet(new EmbeddedSet.Plan(folder, false));
    var whole = false;
    try {
      var authority =
          set.startAuthority(
              IntStream.range(0, crowds)
                  .boxed()
                  .collect(Collectors.toMap(n -> crowdSocket(set, n), n -> CROWD_ID + n)));
      var issuer = startIssuer(site, set);
      var resources = Files.createDirectory(folder.resolve("resources"));
      write(site, resources, issuer);
      var _ = authority.ready();
      var controlPort = set.startControlPlane(resources);
      var plane = new Plane(set, controlPort, openSession(set));
      whole = true;
      return plane;
    } finally {
      if (!whole) {
        set.close();
      }
    }
  }

  private static int startIssuer(Site site, EmbeddedSet set) throws IOException {
    var files = site.files();
    var clients =
        List.of(
            client(files, CLIENT, Set.of(SCOPE), false), client(files, VERIFIER, Set.of(), true));
    Files.writeString(files.resolve("clients.json"), Client.toJson(clients));
    var issuer =
        set.start(
            "issuer",
            IssuerMain.class,
            List.of(
                "certificate=" + files.resolve("issuer.pem"),
                "key=" + files.resolve("issuer.key"),
                "clients=" + files.resolve("clients.json"),
                "journal=" + set.plan().folder().resolve("issuer.jsonl"),
                "life-seconds=" + TOKEN_SECONDS));
    return ((Number) issuer.ready().getOrDefault("port", 0)).intValue();
  }

  /// The secrets are the clients' names: nothing of this outlives the run.
  private static Client client(Path files, String id, Set<String> scopes, boolean introspects)
      throws IOException {
    ServerCertificate.secret(files.resolve(id + ".secret"), id);
    return new Client(id, Client.digest(id), scopes, introspects, false);
  }

  private static void write(Site site, Path resources, int issuerPort) throws IOException {
    for (var file : List.of("ca.pem", CLIENT + ".secret", VERIFIER + ".secret")) {
      Files.copy(site.files().resolve(file), resources.resolve(file));
    }
    var grants =
        Site.prefixes().stream()
            .map(prefix ->
                "    - { name: "
                    + prefix.split("/", -1)[2]
                    + ", target: origin, methods: [GET, POST], paths: [\""
                    + prefix
                    + "**\"], credential: { provider: issuer, lifetime: session, narrow: { scopes: ["
                    + SCOPE
                    + "] } } }")
            .collect(Collectors.joining("\n"));
    Files.writeString(
        resources.resolve("bench.yaml"),
        """
        apiVersion: ambit.dev/v1
        kind: Target
        metadata: { name: origin }
        spec:
          hosts: [HOST, STREAMED, "*.VISITED"]
          ports: [ORIGIN, ILL, HOLE]
          protocol: https
          addresses: { cidrs: [ADDRESS/32] }
          tls: { roots: { bundle: { file: ca.pem } } }
        ---
        apiVersion: ambit.dev/v1
        kind: Target
        metadata: { name: rpc }
        spec:
          hosts: [CALLED]
          ports: [ORIGIN]
          protocol: grpc
          addresses: { cidrs: [ADDRESS/32] }
          tls: { roots: { bundle: { file: ca.pem } } }
        ---
        apiVersion: ambit.dev/v1
        kind: CredentialProvider
        metadata: { name: issuer }
        spec:
          oauth:
            tokenEndpoint: https://localhost:ISSUER/token
            revocationEndpoint: https://localhost:ISSUER/revoke
            introspectionEndpoint: https://localhost:ISSUER/introspect
            roots: { file: ca.pem }
            client: { id: CLIENT, secret: { file: CLIENT.secret } }
            verifier: { id: VERIFIER, secret: { file: VERIFIER.secret } }
            scopes: [SCOPE]
            lifetimeMax: 2h
            propagationBound: 1s
        ---
        apiVersion: ambit.dev/v1
        kind: SessionTemplate
        metadata: { name: bench }
        spec:
          openers: [bootstrap]
          workloads: ["AGENT"]
          binding: identity
          sharing: exclusive
          limits: { ttl: 2h }
          grants:
        """
                .replace("HOST", Site.HOST)
                .replace("STREAMED", Site.STREAMED)
                .replace("VISITED", Site.VISITED)
                .replace("CALLED", Site.CALLED)
                // Origin and proxy share an address, which must be named exactly.
                .replace("ADDRESS", site.address().getHostAddress())
                .replace("ORIGIN", Integer.toString(site.origin().port()))
                .replace("ILL", Integer.toString(site.illPort()))
                .replace("HOLE", Integer.toString(site.holePort()))
                .replace("ISSUER", Integer.toString(issuerPort))
                .replace("VERIFIER", VERIFIER)
                .replace("CLIENT", CLIENT)
                .replace("SCOPE", SCOPE)
                .replace("AGENT", EmbeddedSet.AGENT)
            + grants
            + "\n    - { name: socket, target: origin, websocket: { paths: [\""
            + Site.granted("socket")
            + "\"] }, credential: { provider: issuer, lifetime: session, narrow: { scopes: ["
            + SCOPE
            + "] } } }"
            + "\n    - { name: talk, target: rpc, grpc: { methods: ["
            + Site.METHOD
            + "] }, credential: { provider: issuer, lifetime: session, narrow: { scopes: ["
            + SCOPE
            + "] } } }\n"
            + """
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: CROWD }
            spec:
              openers: [bootstrap]
              workloads: ["ID*"]
              binding: identity
              sharing: by-handle
              limits: { ttl: 2h }
              grants:
                - { name: all, target: origin, methods: [GET], paths: ["PATHS**"], credential: { provider: issuer, lifetime: session, narrow: { scopes: [SCOPE] } } }
            """
                .replace("CROWD", CROWD)
                .replace("ID*", CROWD_ID + "*")
                .replace("PATHS", Site.granted(""))
                .replace("SCOPE", SCOPE));
  }

  /// A session, and what tells its calls from those of others.
  public record Opened(String id, String handle) {}

  /// Opens so many sessions of one of the crowds.
  public List<Opened> openCrowd(int crowd, int count) {
    try (var plane = Connector.open(Access.ofDirectory(set.plan().access()))) {
      return IntStream.range(0, count)
          .mapToObj(_ -> plane.sessions().openSession(opening(CROWD, CROWD_ID + crowd)))
          .map(opened -> new Opened(opened.getSession().getId(), opened.getHandle()))
          .toList();
    }
  }

  /// Where the workload of that crowd gets its identity.
  public Path crowdSocket(int crowd) {
    return crowdSocket(set, crowd);
  }

  private static Path crowdSocket(EmbeddedSet set, int crowd) {
    return set.plan().folder().resolve("crowd-" + crowd + ".sock");
  }

  /// Ends sessions, so many at a time; returns when nobody can act on any of them any more, with
  /// how long that took at most for one.
  public Duration close(List<Opened> sessions, int atATime) {
    try (var plane = Connector.open(Access.ofDirectory(set.plan().access()));
        var closers = Executors.newFixedThreadPool(atATime)) {
      return sessions.stream()
          .map(session -> CompletableFuture.supplyAsync(() -> timed(plane, session), closers))
          .toList()
          .stream()
          .map(CompletableFuture::join)
          .max(Comparator.naturalOrder())
          .orElse(Duration.ZERO);
    }
  }

  private static Duration timed(ControlPlane plane, Opened session) {
    var began = System.nanoTime();
    close(plane, session.id());
    return Duration.ofNanos(System.nanoTime() - began);
  }

  private static void close(ControlPlane plane, String session) {
    var _ =
        plane
            .sessions()
            .closeSession(
                CloseSessionRequest.newBuilder()
                    .setSessionId(session)
                    .setReason(CloseReason.CLOSE_REASON_COMPLETED)
                    .build());
  }

  /// Kills the control plane, with no word to anybody.
  public void killControlPlane() {
    var _ = set.controlPlane().process().destroyForcibly().onExit().join();
  }

  /// Starts it again on its store and ports and waits until it listens.
  public void restartControlPlane() {
    set.restartControlPlane();
  }

  /// Processor time of the control plane until now.
  public Usage controlUsage() throws IOException {
    return Usage.of(set.controlPlane().process().pid());
  }

  /// Ends the session; returns when nobody can act on it any more.
  public void closeSession() {
    try (var plane = Connector.open(Access.ofDirectory(set.plan().access()))) {
      close(plane, session);
    }
  }

  private static String openSession(EmbeddedSet set) {
    try (var plane = Connector.open(Access.ofDirectory(set.plan().access()))) {
      return plane
          .sessions()
          .openSession(opening(TEMPLATE, EmbeddedSet.AGENT))
          .getSession()
          .getId();
    }
  }

  private static OpenSessionRequest opening(String template, String workload) {
    return OpenSessionRequest.newBuilder()
        .setTemplate(template)
        .setWorkload(Workload.newBuilder().setSpiffeId(workload))
        .setTask(Task.newBuilder().setId("bench").setPurpose("be measured"))
        .setOnBehalfOf("nobody")
        .build();
  }

  Path agentSocket() {
    return set.plan().agentSocket();
  }

  int controlPort() {
    return controlPort;
  }

  String controlId() {
    return EmbeddedSet.CONTROL_PLANE;
  }

  @Override
  public void close() {
    set.close();
  }
}
