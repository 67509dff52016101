package dev.ambit.dev.demo;

import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.cli.run.ProxyHealth;
import dev.ambit.dev.peers.Peers;
import dev.ambit.dev.record.Ledger;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.ProxyPorts;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.Task;
import dev.ambit.proto.v1.Workload;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;

/// Everything the demo plays on: the embedded set, the OAuth server and the upstream API, each a
/// process of its own, and their records.
public final class Stage implements AutoCloseable {
  private static final Duration ENFORCED_MAX = Duration.ofSeconds(10);

  private final EmbeddedSet set;
  private final ProxyPorts proxy;
  private final Peers peers;
  private final ControlPlane controlPlane;

  private Stage(EmbeddedSet set, ProxyPorts proxy, Peers peers, ControlPlane controlPlane) {
    this.set = set;
    this.proxy = proxy;
    this.peers = peers;
    this.controlPlane = controlPlane;
  }

  /// Starts every process; nothing is left behind when one of them does not start.
  static Stage start(EmbeddedSet set, InstantSource clock) throws IOException {
    var authority = set.startAuthority();
    var peers = Peers.start(set, clock);
    DemoResources.write(peers);
    var _ = authority.ready();
    var controlPort = set.startControlPlane(peers.files());
    var proxy = set.startProxy(controlPort, Set.of(peers.upstreamPort()));
    var controlPlane = Connector.open(Access.ofDirectory(set.plan().access()));
    return new Stage(set, proxy, peers, controlPlane);
  }

  /// Opens a session for the agent and waits until the proxy judges by it.
  Session open(String template, Map<String, String> parameters, String purpose) {
    var session =
        controlPlane
            .sessions()
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate(template)
                    .putAllParameters(parameters)
                    .setWorkload(Workload.newBuilder().setSpiffeId(EmbeddedSet.AGENT))
                    .setTask(Task.newBuilder().setId("demo").setPurpose(purpose))
                    .setOnBehalfOf("you")
                    .build())
            .getSession();
    if (!ProxyHealth.enforces(proxy.adminAddress(), session.getVersion(), ENFORCED_MAX)) {
      throw new NotShown("the proxy did not put session " + session.getId() + " in force");
    }
    return session;
  }

  /// A new agent, in the pod if there is one.
  Agent agent() throws IOException {
    var pod = set.plan().pod();
    return pod.isPresent() ? new PodAgent(this, pod.get()) : new ProxiedAgent(this);
  }

  ControlPlane controlPlane() {
    return controlPlane;
  }

  EmbeddedSet set() {
    return set;
  }

  ProxyPorts proxy() {
    return proxy;
  }

  Peers peers() {
    return peers;
  }

  Ledger issuerRecord() {
    return peers.issued();
  }

  Ledger upstreamRecord() {
    return peers.arrived();
  }

  /// The upstream as the agent knows it.
  String api(String path) {
    return peers.api(path);
  }

  @Override
  public void close() {
    controlPlane.close();
  }
}
