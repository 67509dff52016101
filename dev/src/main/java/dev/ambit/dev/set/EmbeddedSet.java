package dev.ambit.dev.set;

import dev.ambit.dev.authority.AuthorityMain;
import dev.ambit.dev.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Ambit on one machine: a development SPIFFE authority, the control plane and one proxy, each a
/// process of its own. Closing it ends them, last started first, unless they were detached.
public final class EmbeddedSet implements AutoCloseable {
  public static final String TRUST_DOMAIN = "demo.test";
  public static final String CONTROL_PLANE = "spiffe://demo.test/control-plane";
  public static final String AGENT = "spiffe://demo.test/agent";

  private final Plan plan;
  private final List<Child> children = new ArrayList<>();

  /// What a set is made for.
  ///
  /// @param folder where it keeps everything; its path is short, since sockets lie in it
  /// @param detached true: the processes live on when this one ends
  public record Plan(Path folder, boolean detached) {
    public Path access() {
      return folder.resolve("access");
    }

    public Path trust() {
      return folder.resolve("trust");
    }

    Path controlPlaneSocket() {
      return folder.resolve("cp.sock");
    }

    Path agentSocket() {
      return folder.resolve("agent.sock");
    }
  }

  public EmbeddedSet(Plan plan) {
    this.plan = plan;
  }

  public Plan plan() {
    return plan;
  }

  /// Starts another member; it ends with the set.
  public Child start(String name, Class<?> main, List<String> settings) {
    var child = Child.start(name, main, settings, plan.folder(), plan.detached());
    synchronized (children) {
      children.add(child);
    }
    return child;
  }

  /// Starts the authority; ready at once or soon after.
  public Child startAuthority() {
    return start(
        "authority",
        AuthorityMain.class,
        List.of(
            "trust-domain=" + TRUST_DOMAIN,
            "socket:" + plan.controlPlaneSocket() + "=" + CONTROL_PLANE,
            "socket:" + plan.agentSocket() + "=" + AGENT));
  }

  /// Starts the control plane on a folder of resources and waits for it. Returns the port for
  /// proxies.
  public int startControlPlane(Path resources) throws IOException {
    var control =
        start(
            "control-plane",
            ControlPlaneRole.class,
            List.of(
                "socket=" + plan.controlPlaneSocket(),
                "database=" + privateFolder("control").resolve("ambit.db"),
                "resources=" + resources,
                "keys=" + privateFolder("keys"),
                "access=" + plan.access()));
    var port = ((Number) control.ready().getOrDefault("proxies", 0)).intValue();
    // So that `ambit session run --spiffe-socket` finds it, too.
    Files.writeString(plan.access().resolve("proxy"), "127.0.0.1:" + port + "\n");
    return port;
  }

  /// Starts the proxy and waits until it is attached.
  ///
  /// @param loopbackPorts the only loopback ports that it may dial
  public ProxyPorts startProxy(int controlPort, Set<Integer> loopbackPorts) throws IOException {
    var proxy =
        start(
            "proxy",
            ProxyRole.class,
            List.of(
                "socket=" + plan.agentSocket(),
                "control=127.0.0.1:" + controlPort,
                "control-id=" + CONTROL_PLANE,
                "private=" + privateFolder("proxy"),
                "trust=" + Files.createDirectories(plan.trust()),
                "ports="
                    + loopbackPorts.stream()
                        .map(String::valueOf)
                        .collect(Collectors.joining(","))));
    var facts = proxy.ready();
    return new ProxyPorts(
        ((Number) facts.getOrDefault("port", 0)).intValue(),
        ((Number) facts.getOrDefault("admin", 0)).intValue());
  }

  /// Every process, in the order they were started.
  public List<Member> members() {
    synchronized (children) {
      return children.stream().map(Member::of).toList();
    }
  }

  /// A folder that only its owner may enter.
  public Path privateFolder(String name) throws IOException {
    return Files.createDirectories(
        plan.folder().resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  @Override
  public void close() {
    List<Child> ending;
    synchronized (children) {
      ending = new ArrayList<>(children);
      children.clear();
    }
    Collections.reverse(ending);
    ending.forEach(child -> child.process().destroy());
    ending.forEach(Child::stop);
  }
}
