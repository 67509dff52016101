package dev.ambit.e2e.spire;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Network;
import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.MemoryFolder;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import dev.ambit.testkit.Await;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// Ambit as a platform team runs it, on one machine: `ControlPlaneMain` and `ProxyMain` on their
/// usual ports and under the production rules, each a user of its own with its identity from a real
/// SPIRE: all in one network of their own, or proxy and agent in a pod.
public final class Site implements Closeable {
  public static final String CONTROL_PLANE = "spiffe://acme.test/ambit/control-plane";
  public static final String REPORTER = "spiffe://acme.test/agents/reporter";
  static final String DEVELOPER = "spiffe://acme.test/people/developer";

  /// SPIRE renews after half of it, ten seconds of backdating included: every ten seconds or so.
  static final Duration SVID_LIFE = Duration.ofSeconds(20);

  private static final String MEMORY = "memory";
  private static final String ADDRESS = "10.91.7.1";
  private static final int CONTROL_PORT = 9_443;
  private static final int AGENTS_PORT = 15_002;
  private static final int METRICS_PORT = 15_090;
  private static final Duration STARTED_MAX = Duration.ofSeconds(60);
  private static final User CONTROL_PLANE_USER = User.of(61_001);
  private static final User PROXY_USER = User.of(61_002);
  private static final User AGENT_USER = User.of(61_003);
  private static final User DEVELOPER_USER = User.of(61_004);

  private final Path folder;
  private final Closing closing;
  private final Place place;
  private final Programs programs;
  private final RealSpire spire;
  private final Neighbours neighbours;
  private final Program controlPlane;
  private Program proxy;

  private Site(Path folder, Closing closing, Place place) throws IOException, InterruptedException {
    this.folder = folder;
    this.closing = closing;
    this.place = place;
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    programs = new Programs(Files.createDirectory(folder.resolve("lib")));
    spire =
        closing.add(
            RealSpire.start(
                Files.createDirectory(folder.resolve("s")),
                List.of(
                    new SpireEntry(CONTROL_PLANE_USER, CONTROL_PLANE, SVID_LIFE),
                    new SpireEntry(place.proxy(), REPORTER, SVID_LIFE),
                    new SpireEntry(DEVELOPER_USER, DEVELOPER, SVID_LIFE))));
    neighbours =
        Neighbours.start(
            User.ROOT.folder(folder, "neighbours", "rwx------"), place.world(), closing);
    controlPlane = closing.add(startControlPlane());
    proxy = startProxy();
  }

  /// Starts everything, or nothing, in one network.
  ///
  /// @param folder with a short path, since sockets lie in it
  static Site open(Path folder) throws IOException, InterruptedException {
    var closing = new Closing();
    var network = closing.add(Network.open(ADDRESS));
    return open(folder, closing, new Place(network, network, PROXY_USER, Map.of(), ""));
  }

  /// The same with proxy and agent in a pod whose traffic the kernel turns to the proxy, and where
  /// the proxy keeps its own in memory.
  ///
  /// @param more YAML documents, of which the first begins with `---`
  static Site openPod(Path folder, Pod pod, String more) throws IOException, InterruptedException {
    var closing = new Closing();
    var proxy = Pod.PROXY.in(pod.network().pod());
    var memory = closing.add(MemoryFolder.open(folder.resolve(MEMORY), proxy));
    return open(
        folder,
        closing,
        new Place(
            pod.network().outside(),
            pod.network().pod(),
            Pod.PROXY,
            Map.of(
                "AMBIT_PROXY_PRIVATE_DIR",
                memory.path().toString(),
                "AMBIT_PROXY_CAPTURE_PORT",
                Integer.toString(Pod.CAPTURE_PORT),
                "AMBIT_PROXY_AGENT_DNS_PORT",
                Integer.toString(Pod.DNS_PORT)),
            more));
  }

  /// Where who runs.
  ///
  /// @param world of control plane, issuer, API and name server
  /// @param inside of proxy and agent
  /// @param settings more of the proxy
  /// @param resources more of them
  private record Place(
      Network world, Network inside, User proxy, Map<String, String> settings, String resources) {}

  private static Site open(Path folder, Closing closing, Place place)
      throws IOException, InterruptedException {
    var whole = false;
    try {
      var site = new Site(folder, closing, place);
      whole = true;
      return site;
    } finally {
      if (!whole) {
        closing.close();
      }
    }
  }

  private Program startControlPlane() throws IOException {
    var resources = CONTROL_PLANE_USER.folder(folder, "resources", "rwx------");
    for (var name : List.of("ca.pem", "ambit.secret", "verifier.secret")) {
      Files.copy(neighbours.file(name), resources.resolve(name));
      CONTROL_PLANE_USER.give(resources.resolve(name), "rw-------");
    }
    var yaml = resources.resolve("site.yaml");
    Files.writeString(
        yaml,
        SiteResources.yaml(
                place.world().address(), neighbours.upstreamPort(), neighbours.issuerPort())
            + place.resources());
    CONTROL_PLANE_USER.give(yaml, "rw-------");
    var own = CONTROL_PLANE_USER.folder(folder, "control", "rwx------");
    var started =
        CONTROL_PLANE_USER
            .in(place.world())
            .with(controlPlaneSettings(own, resources))
            .start("control-plane", folder, programs.controlPlane());
    started.awaitOut("(?m)^ready: " + Pattern.quote(CONTROL_PLANE) + " ", STARTED_MAX);
    return started;
  }

  private Map<String, String> controlPlaneSettings(Path own, Path resources) {
    return Map.of(
        "AMBIT_CONTROL_SPIFFE_SOCKET", spire.socket().toString(),
        "AMBIT_CONTROL_DATABASE", own.resolve("ambit.db").toString(),
        "AMBIT_CONTROL_RESOURCES", resources.toString(),
        "AMBIT_CONTROL_KEYS_DIR", own.resolve("keys").toString(),
        "AMBIT_CONTROL_ACCESS_DIR", access().toString());
  }

  private Program startProxy() throws IOException {
    var started =
        closing.add(
            place
                .proxy()
                .in(place.inside())
                .with(proxySettings("proxy", place.proxy()))
                .with(place.settings())
                .start("proxy", folder, programs.proxy()));
    started.awaitOut("(?m)^ready proxy=127.0.0.1:15002 ", STARTED_MAX);
    return started;
  }

  /// Starts the proxy again after it was killed, as its supervisor does.
  void startProxyAgain() throws IOException {
    proxy = startProxy();
  }

  private Map<String, String> proxySettings(String name, User user) throws IOException {
    return Map.of(
        "AMBIT_PROXY_SPIFFE_SOCKET",
        "unix://" + spire.socket(),
        "AMBIT_PROXY_CONTROL_PLANE",
        Neighbours.CONTROL + ":" + CONTROL_PORT,
        "AMBIT_PROXY_CONTROL_PLANE_ID",
        CONTROL_PLANE,
        "AMBIT_PROXY_PRIVATE_DIR",
        user.folder(folder, name + "-private", "rwx------").toString(),
        "AMBIT_PROXY_TRUST_DIR",
        user.folder(folder, name + "-trust", "rwxr-xr-x").toString(),
        "AMBIT_PROXY_DNS",
        place.world().address() + ":53");
  }

  /// Replaces SPIRE's authority while both programs live by it.
  void replaceAuthority() {
    new AuthorityTurn(spire, List.of(CONTROL_PLANE_USER, place.proxy())).run();
  }

  RealSpire spire() {
    return spire;
  }

  public Neighbours neighbours() {
    return neighbours;
  }

  Program controlPlane() {
    return controlPlane;
  }

  Program proxy() {
    return proxy;
  }

  /// A user without an entry who configures a client as for any other proxy.
  User agent() {
    return unaware().with("HTTPS_PROXY", "http://127.0.0.1:" + AGENTS_PORT);
  }

  /// A user without an entry who knows of no proxy, and was told whom to trust as a pod is.
  public User unaware() {
    return AGENT_USER.in(place.inside()).with(TrustVariables.of(trust(), ""));
  }

  /// What agents read to trust the proxy.
  TrustFolder trust() {
    return new TrustFolder(folder.resolve("proxy-trust"));
  }

  /// Where the proxy of a pod keeps its own.
  Path memory() {
    return folder.resolve(MEMORY);
  }

  /// A person with an entry and a copy of the access folder.
  User developer() throws IOException {
    var copy = folder.resolve("developer-access");
    if (!Files.isDirectory(copy)) {
      DEVELOPER_USER.folder(folder, "developer-access", "rwx------");
    }
    for (var name : List.of("server", "id", "bundle.pem", "token")) {
      Files.write(copy.resolve(name), Files.readAllBytes(access().resolve(name)));
      DEVELOPER_USER.give(copy.resolve(name), "rw-------");
    }
    return DEVELOPER_USER.in(place.world()).with("AMBIT_ACCESS", copy.toString());
  }

  /// Runs `ambit` as the user who runs the control plane.
  public String ambit(String... words) throws IOException {
    return CONTROL_PLANE_USER
        .in(place.world())
        .with("AMBIT_ACCESS", access().toString())
        .run(ambitWords(words))
        .done();
  }

  /// The command line `ambit` with these words, for any user.
  List<String> ambitWords(String... words) throws IOException {
    var command = new ArrayList<>(programs.ambit());
    command.addAll(List.of(words));
    return command;
  }

  /// A metric of the proxy, its first series.
  double metric(String name) {
    var text =
        User.of(AGENT_USER.uid())
            .in(place.inside())
            .run("curl", "-sS", "http://127.0.0.1:" + METRICS_PORT + "/metrics")
            .done();
    var line = Pattern.compile("(?m)^" + name + "(?:\\{[^}]*})? (\\S+)$").matcher(text);
    return line.find() ? Double.parseDouble(line.group(1)) : Double.NaN;
  }

  /// Opens a session for the proxy's workload and waits until the proxy judges by it.
  public String openSession(String template) throws IOException {
    var opened = ambit("session", "open", "-t", template, "-w", REPORTER, "-o", "json");
    var id = Pattern.compile("\"id\" : \"([0-9A-Z]{26})\"").matcher(opened);
    if (!id.find()) {
      throw new AssertionError("session open: " + opened + " (expected: an id)");
    }
    Await.until("the session is in force", () -> metric("ambit_active_sessions") == 1);
    return id.group(1);
  }

  /// Starts another proxy, as a user whom SPIRE may not know.
  ///
  /// @param patience how long it waits for its identity
  Program startAnotherProxy(String name, User user, Duration patience) throws IOException {
    return closing.add(
        user.in(place.inside())
            .with(proxySettings(name, user))
            .with("AMBIT_PROXY_LISTEN", "127.0.0.1:0")
            .with("AMBIT_PROXY_METRICS", "127.0.0.1:0")
            .with("AMBIT_PROXY_IDENTITY_SECONDS", Long.toString(patience.toSeconds()))
            .start(name, folder, programs.proxy()));
  }

  /// Starts another control plane, as a user whom SPIRE may not know. It has little patience.
  Program startAnotherControlPlane(String name, User user) throws IOException {
    var own = user.folder(folder, name, "rwx------");
    var resources = user.folder(folder, name + "-resources", "rwx------");
    return closing.add(
        user.in(place.world())
            .with(controlPlaneSettings(own, resources))
            .with("AMBIT_CONTROL_SPIFFE_PATIENCE", "3s")
            .start(name, folder, programs.controlPlane()));
  }

  /// A folder that everyone can write to.
  public Path scratch(String name) throws IOException {
    return User.ROOT.folder(folder, name, "rwxrwxrwx");
  }

  private Path access() {
    return folder.resolve("control").resolve("access");
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }
}
