package dev.ambit.e2e.containers;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.MemoryFolder;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.e2e.spire.Neighbours;
import dev.ambit.e2e.spire.RealSpire;
import dev.ambit.e2e.spire.Site;
import dev.ambit.e2e.spire.SiteResources;
import dev.ambit.e2e.spire.SpireEntry;
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
import org.testcontainers.containers.Container.ExecResult;

/// Ambit as a cluster runs it, without one: the images as containers, with the users, mounts and
/// privileges that they have there, proxy and agent in a pod whose traffic the redirect's image
/// turned, and SPIRE outside.
final class ContainerSite implements Closeable {
  static final String READY = "ready proxy=127.0.0.1:15002 ";

  private static final Duration SVID_LIFE = Duration.ofHours(1);
  private static final User CONTROL_PLANE_USER = User.of(2_113);
  private static final int AGENT_UID = 61_003;
  private static final String SOCKET = "/run/spire/agent.sock";
  private static final String PRIVATE = "/var/lib/ambit-proxy";
  private static final String TRUST = "/run/ambit-trust";
  private static final String OWN = "/var/lib/ambit";
  private static final String RESOURCES = "/etc/ambit/resources";

  private final Path folder;
  private final Closing closing;
  private final Programs programs;
  private final ContainerPod pod;
  private final RealSpire spire;
  private final Neighbours neighbours;
  private final MemoryFolder memory;
  private final Container redirect;
  private final Container controlPlane;
  private final Container proxy;
  private final Container agent;

  private ContainerSite(Path folder, Closing closing, Images images)
      throws IOException, InterruptedException {
    this.folder = folder;
    this.closing = closing;
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    programs = new Programs(Files.createDirectory(folder.resolve("lib")));
    pod = closing.add(ContainerPod.open(images.base()));
    spire =
        closing.add(
            RealSpire.start(
                Files.createDirectory(folder.resolve("s")),
                List.of(
                    new SpireEntry(CONTROL_PLANE_USER, Site.CONTROL_PLANE, SVID_LIFE),
                    new SpireEntry(Pod.PROXY, Site.REPORTER, SVID_LIFE))));
    neighbours =
        Neighbours.start(
            User.ROOT.folder(folder, "neighbours", "rwx------"), pod.network().outside(), closing);
    memory = closing.add(MemoryFolder.open(folder.resolve("memory"), Pod.PROXY));
    redirect = new Container(Images.REDIRECT).in(pod.inside()).administeringItsNetwork().ending();
    controlPlane = containerOfControlPlane();
    proxy = containerOfProxy();
    agent =
        new Container(images.base())
            .in(pod.inside())
            .as(AGENT_UID)
            .reading(trust(), TRUST)
            .withEnv(TrustVariables.of(new TrustFolder(Path.of(TRUST)), ""))
            .idle();
    // The order of a pod: the rules first, so that nothing runs before them.
    for (var container : List.of(controlPlane, redirect, proxy, agent)) {
      closing.add(container::close);
      container.start();
    }
  }

  /// Starts everything, or nothing.
  ///
  /// @param folder with a short path, since sockets lie in it
  static ContainerSite open(Path folder, Images images) throws IOException, InterruptedException {
    var closing = new Closing();
    var whole = false;
    try {
      var site = new ContainerSite(folder, closing, images);
      whole = true;
      return site;
    } finally {
      if (!whole) {
        closing.close();
      }
    }
  }

  private Container containerOfControlPlane() throws IOException {
    var resources = CONTROL_PLANE_USER.folder(folder, "resources", "rwx------");
    for (var name : List.of("ca.pem", "ambit.secret", "verifier.secret")) {
      Files.copy(neighbours.file(name), resources.resolve(name));
      CONTROL_PLANE_USER.give(resources.resolve(name), "rw-------");
    }
    var yaml = resources.resolve("site.yaml");
    Files.writeString(
        yaml,
        SiteResources.yaml(
            pod.network().outside().address(), neighbours.upstreamPort(), neighbours.issuerPort()));
    CONTROL_PLANE_USER.give(yaml, "rw-------");
    return new Container(Images.CONTROL_PLANE)
        .in(pod.world())
        .reading(spire.socket(), SOCKET)
        .reading(resources, RESOURCES)
        .writing(CONTROL_PLANE_USER.folder(folder, "control", "rwx------"), OWN)
        .withEnv(
            Map.of(
                "AMBIT_CONTROL_SPIFFE_SOCKET", SOCKET,
                "AMBIT_CONTROL_DATABASE", OWN + "/ambit.db",
                "AMBIT_CONTROL_RESOURCES", RESOURCES,
                "AMBIT_CONTROL_KEYS_DIR", OWN + "/keys",
                "AMBIT_CONTROL_ACCESS_DIR", OWN + "/access"))
        .saying("ready: " + Pattern.quote(Site.CONTROL_PLANE) + " ");
  }

  private Container containerOfProxy() throws IOException {
    return new Container(Images.PROXY)
        .in(pod.inside())
        .reading(spire.socket(), SOCKET)
        .writing(memory.path(), PRIVATE)
        .writing(Pod.PROXY.folder(folder, "trust", "rwxr-xr-x"), TRUST)
        .withEnv(
            Map.of(
                "AMBIT_PROXY_SPIFFE_SOCKET",
                "unix://" + SOCKET,
                "AMBIT_PROXY_CONTROL_PLANE",
                Neighbours.CONTROL + ":9443",
                "AMBIT_PROXY_CONTROL_PLANE_ID",
                Site.CONTROL_PLANE,
                "AMBIT_PROXY_PRIVATE_DIR",
                PRIVATE,
                "AMBIT_PROXY_TRUST_DIR",
                TRUST,
                "AMBIT_PROXY_CAPTURE_PORT",
                Integer.toString(Pod.CAPTURE_PORT),
                "AMBIT_PROXY_AGENT_DNS_PORT",
                Integer.toString(Pod.DNS_PORT),
                "AMBIT_PROXY_DNS",
                pod.network().outside().address() + ":53"))
        .saying(READY);
  }

  ContainerPod pod() {
    return pod;
  }

  Neighbours neighbours() {
    return neighbours;
  }

  Container redirect() {
    return redirect;
  }

  Container proxy() {
    return proxy;
  }

  /// What agents read to trust the proxy.
  Path trust() {
    return folder.resolve("trust");
  }

  /// Where the proxy keeps its own.
  Path memory() {
    return memory.path();
  }

  /// Runs a command in the agent's container.
  ExecResult agent(String... words) throws IOException, InterruptedException {
    return agent.execInContainer(words);
  }

  /// Runs `ambit` as the user who runs the control plane.
  String ambit(String... words) throws IOException {
    var command = new ArrayList<>(programs.ambit());
    command.addAll(List.of(words));
    return CONTROL_PLANE_USER
        .in(pod.network().outside())
        .with("AMBIT_ACCESS", folder.resolve("control/access").toString())
        .run(command)
        .done();
  }

  /// Opens a session for the proxy's workload and waits until the proxy judges by it.
  String openSession() throws IOException {
    var opened = ambit("session", "open", "-t", "report", "-w", Site.REPORTER, "-o", "json");
    var id = Pattern.compile("\"id\" : \"([0-9A-Z]{26})\"").matcher(opened);
    if (!id.find()) {
      throw new AssertionError("session open: " + opened + " (expected: an id)");
    }
    Await.until("the session is in force", () -> metrics().contains("ambit_active_sessions 1"));
    return id.group(1);
  }

  /// What the proxy tells to whoever watches it.
  private String metrics() {
    return User.of(AGENT_UID)
        .in(pod.network().pod())
        .run("curl", "-sS", "http://127.0.0.1:15090/metrics")
        .out();
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }
}
