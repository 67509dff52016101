package dev.ambit.dev.set;

import dev.ambit.dev.authority.AuthorityMain;
import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.dev.machine.Shown;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.process.Child;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Ambit on one machine: a development SPIFFE authority, the control plane and one proxy, each a
/// process of its own; the proxy in a pod, if there is one. Closing it ends them, last started
/// first, unless they were detached.
public final class EmbeddedSet implements AutoCloseable {
  public static final String TRUST_DOMAIN = "demo.test";
  public static final String CONTROL_PLANE = "spiffe://demo.test/control-plane";
  public static final String AGENT = "spiffe://demo.test/agent";

  /// The bounds of the image (Dockerfile), so that what runs here runs there.
  private static final List<String> PROXY_MEMORY =
      List.of(
          "-Xms24m",
          "-Xmx32m",
          "-XX:MaxDirectMemorySize=32m",
          "-XX:ReservedCodeCacheSize=24m",
          "-Xss256k",
          "-XX:+UseCompactObjectHeaders");

  private final Plan plan;
  private final List<Child> children = new ArrayList<>();
  private @Nullable Child controlPlane;

  /// What a set is made for.
  ///
  /// @param folder where it keeps everything; its path is short, since sockets lie in it
  /// @param detached true: the processes live on when this one ends
  /// @param pod of proxy and agents; all else is in the world outside of it, this process too
  public record Plan(Path folder, boolean detached, Optional<Pod> pod) {
    public Plan(Path folder, boolean detached) {
      this(folder, detached, Optional.empty());
    }

    public Path access() {
      return folder.resolve("access");
    }

    public Path trust() {
      return folder.resolve("trust");
    }

    Path controlPlaneSocket() {
      return folder.resolve("cp.sock");
    }

    public Path agentSocket() {
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
    return keep(Child.start(name, main, settings, plan.folder(), plan.detached()));
  }

  private Child keep(Child child) {
    synchronized (children) {
      children.add(child);
    }
    return child;
  }

  /// Starts the authority; ready at once or soon after.
  public Child startAuthority() {
    return startAuthority(Map.of());
  }

  /// As above, with more workloads than the agent.
  ///
  /// @param workloads the SPIFFE ID of each by the socket that is to be its own
  public Child startAuthority(Map<Path, String> workloads) {
    var sockets =
        Stream.of(
            "trust-domain=" + TRUST_DOMAIN,
            "socket:" + plan.controlPlaneSocket() + "=" + CONTROL_PLANE,
            "socket:" + plan.agentSocket() + "=" + AGENT);
    var others =
        workloads.entrySet().stream().map(one -> "socket:" + one.getKey() + "=" + one.getValue());
    return start("authority", AuthorityMain.class, Stream.concat(sockets, others).toList());
  }

  /// Starts the control plane on a folder of resources and waits for it. Returns the port for
  /// proxies.
  public int startControlPlane(Path resources) throws IOException {
    return startControlPlane(resources, ControlPlaneRole.LEASE);
  }

  /// As above, with a lease of 1 s to 30 s.
  public int startControlPlane(Path resources, Duration lease) throws IOException {
    var settings =
        List.of(
            "listen=" + world(),
            "socket=" + plan.controlPlaneSocket(),
            "database=" + privateFolder("control").resolve("ambit.db"),
            "resources=" + resources,
            "keys=" + privateFolder("keys"),
            "access=" + plan.access(),
            "lease-seconds=" + lease.toSeconds());
    var control = start("control-plane", ControlPlaneRole.class, settings);
    controlPlane = control;
    return port(control.ready(), "proxies");
  }

  /// Where the control plane and upstreams are for the proxy.
  private String world() {
    return plan.pod().isPresent() ? PodNetwork.OUTSIDE : ProxyPorts.LOOPBACK;
  }

  /// Starts the control plane again after its process has ended, on the same store and ports, and
  /// waits for it. Its bootstrap token is a new one.
  public void restartControlPlane() {
    var before = controlPlane();
    var ports = before.ready();
    var again =
        restart(
            before,
            Stream.of("proxies", "workloads", "people", "admin")
                .map(name -> name + "=" + port(ports, name))
                .toList());
    controlPlane = again;
    var _ = again.ready();
  }

  /// Starts a member again after its process has ended; ready at once or soon after. A setting that
  /// is given here replaces the one before.
  public Child restart(Child before, List<String> settings) {
    if (before.process().isAlive()) {
      throw new IllegalStateException(before.name() + ": runs (expected: ended)");
    }
    synchronized (children) {
      children.remove(before);
    }
    return keep(before.again(settings));
  }

  /// The process of the control plane, the last one that was started.
  public Child controlPlane() {
    if (controlPlane == null) {
      throw new IllegalStateException("control-plane: none (expected: started before)");
    }
    return controlPlane;
  }

  /// Starts the proxy and waits until it is attached.
  ///
  /// @param loopbackPorts the only loopback ports that it may dial
  public ProxyPorts startProxy(int controlPort, Set<Integer> loopbackPorts) throws IOException {
    var pod = plan.pod();
    return pod.isPresent()
        ? startProxy(pod.get(), controlPort)
        : ports(startProxy("proxy", plan.trust(), controlPort, loopbackPorts, List.of(), Map.of()));
  }

  /// In the pod, as its own user there, who gets nothing of the set but what is given to it here.
  private ProxyPorts startProxy(Pod pod, int controlPort) throws IOException {
    User.ROOT.give(plan.folder(), "rwx--x--x"); // to be passed through by those who know the rest
    Pod.PROXY.give(plan.agentSocket(), "rw-------");
    var network = pod.network().pod();
    var shown = Shown.program(network, plan.folder().resolve("shown"));
    var settings =
        List.of(
            "socket=" + plan.agentSocket(),
            "control=" + world() + ":" + controlPort,
            "control-id=" + CONTROL_PLANE,
            "private=" + Pod.PROXY.folder(plan.folder(), "proxy", "rwx------"),
            "trust="
                + Pod.PROXY.folder(
                    plan.folder(), plan.trust().getFileName().toString(), "rwxr-xr-x"),
            "ports=",
            "names=" + world(),
            "capture=" + Pod.CAPTURE_PORT,
            "agent-dns=" + Pod.DNS_PORT,
            "admin-address=" + network.address());
    var facts =
        keep(Child.start(
                "proxy",
                ProxyRole.class,
                PROXY_MEMORY,
                settings,
                plan.folder(),
                Pod.PROXY.in(network).seeing(shown)))
            .ready();
    return new ProxyPorts(port(facts, "port"), network.address(), port(facts, "admin"));
  }

  /// Starts one of several proxies; ready at once or soon after.
  ///
  /// @param name its own, also of its private folder
  /// @param trust folder of its CA
  /// @param more settings of [ProxyRole]
  /// @param environment variables of the process beside the usual ones
  public Child startProxy(
      String name,
      Path trust,
      int controlPort,
      Set<Integer> loopbackPorts,
      List<String> more,
      Map<String, String> environment)
      throws IOException {
    var settings = new ArrayList<String>();
    settings.addAll(
        List.of(
            "socket=" + plan.agentSocket(),
            "control=127.0.0.1:" + controlPort,
            "control-id=" + CONTROL_PLANE,
            "private=" + privateFolder(name),
            "trust=" + Files.createDirectories(trust),
            "ports="
                + loopbackPorts.stream().map(String::valueOf).collect(Collectors.joining(","))));
    settings.addAll(more);
    return keep(
        Child.start(
            name,
            ProxyRole.class,
            PROXY_MEMORY,
            environment,
            settings,
            plan.folder(),
            plan.detached()));
  }

  /// Where a proxy listens; waits until it is attached.
  public static ProxyPorts ports(Child proxy) {
    var facts = proxy.ready();
    return new ProxyPorts(port(facts, "port"), ProxyPorts.LOOPBACK, port(facts, "admin"));
  }

  private static int port(Map<String, Object> facts, String name) {
    return ((Number) facts.getOrDefault(name, 0)).intValue();
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
