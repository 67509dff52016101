package dev.ambit.bench.subject;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/// The proxy, as it is shipped: `ProxyMain` under its launcher, with the rules of production, a
/// session that the control plane opened, and the audit trail on.
public final class Ours implements Subject {
  /// System property with the folder that holds the proxy's jar, its libraries and `launch`.
  public static final String HOME = "ambit.proxy.home";

  /// System property with the Java home that the proxy is run with, unless it is that of this
  /// process.
  private static final String JAVA = "ambit.proxy.java";

  private final Site site;
  private final Plane plane;
  private final Whose whose;
  private final Profile profile;
  private final List<String> javaOptions;

  /// The one of the plane's own agent.
  ///
  /// @param javaOptions more options for its Java, for a training or a profiler
  public Ours(Site site, Plane plane, Profile profile, List<String> javaOptions) {
    this(site, plane, new Whose(plane.agentSocket(), ""), profile, javaOptions);
  }

  /// @param javaOptions more options for its Java, for a training or a profiler
  public Ours(Site site, Plane plane, Whose whose, Profile profile, List<String> javaOptions) {
    this.site = site;
    this.plane = plane;
    this.whose = whose;
    this.profile = profile;
    this.javaOptions = List.copyOf(javaOptions);
  }

  /// Whose proxy it is.
  ///
  /// @param socket where the workload gets its identity
  /// @param handle of a session of its, empty where it has but one
  public record Whose(Path socket, String handle) {}

  @Override
  public String name() {
    return "ambit " + profile.word();
  }

  @Override
  public Running start() throws IOException {
    var port = site.freePort();
    var metrics = site.freePort();
    var folder = Files.createDirectory(site.folder().resolve("ambit-" + port));
    var trust = Files.createDirectory(folder.resolve("trust"));
    var secret = site.memoryFolder("ambit-" + port);
    var environment = new HashMap<String, String>();
    set(environment, "SPIFFE_SOCKET", "unix://" + whose.socket());
    set(environment, "CONTROL_PLANE", "127.0.0.1:" + plane.controlPort());
    set(environment, "CONTROL_PLANE_ID", plane.controlId());
    set(environment, "PRIVATE_DIR", secret.toString());
    set(environment, "TRUST_DIR", trust.toString());
    set(environment, "LISTEN", site.address().getHostAddress() + ":" + port);
    set(environment, "METRICS", "127.0.0.1:" + metrics);
    set(
        environment,
        "DNS",
        site.names().getAddress().getHostAddress() + ":" + site.names().getPort());
    set(environment, "DRAIN_SECONDS", "0");
    // The shipped one brings its Java along; here it is this process's own.
    environment.put("JAVA_HOME", System.getProperty(JAVA, System.getProperty("java.home", "")));
    var home = Path.of(System.getProperty(HOME, "."));
    var command = new ArrayList<String>();
    command.addAll(List.of("sh", home.resolve("launch/ambit-proxy").toString(), profile.word()));
    environment.put("AMBIT_JAVA_OPTIONS", String.join(" ", javaOptions));
    return Running.start(
        this,
        site,
        command,
        new ProcessEnvironment(environment),
        folder.resolve("proxy.log"),
        site.door(port, true, trust.resolve("ca.pem")).as(whose.handle()));
  }

  private static void set(java.util.Map<String, String> environment, String key, String value) {
    environment.put("AMBIT_PROXY_" + key, value);
  }
}
