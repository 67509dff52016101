package dev.ambit.proxy.relay;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.model.Activity;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Enforcer;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// Relays admitted connections of which nothing is read. Each has an upstream connection of its own
/// that ends with it. Confined to its loop; counts may be read by any thread.
public final class OpaqueRelay implements Relay, Enforcer {
  private final Sockets sockets;
  private final Gate gate;
  private final Activity activity;
  private final Limits limits;
  private final Circuits circuits;
  private final Traffic traffic = new Traffic();
  private final Live live;

  public OpaqueRelay(
      EventLoop loop,
      Transport transport,
      Gate gate,
      Activity activity,
      Circuits circuits,
      Limits limits) {
    this.sockets = new Sockets(loop, transport, limits);
    this.gate = gate;
    this.activity = activity;
    this.circuits = circuits;
    this.limits = limits;
    this.live = new Live(gate);
  }

  @Override
  public CompletionStage<Outcome<Exchange>> send(Admitted admitted, AgentStream agent) {
    if (admitted.dispatch().credential() != null) {
      return completedStage(new Outcome.Proceed<>(Exchange.notSent(admitted, noPlace(admitted))));
    }
    var call = new OpaqueCall(admitted, agent, gate, activity, sockets, circuits, traffic, limits);
    return live.hold(call, call::start).thenApply(Outcome.Proceed::new);
  }

  /// Cuts every connection that the image does not permit; when it returns, nothing more of them is
  /// written.
  @Override
  public void enforce(SessionImage image) {
    live.enforce(image);
  }

  /// What they carried.
  public Traffic traffic() {
    return traffic;
  }

  /// A credential never travels through an opaque tunnel (INV-9), whatever the stages above did.
  private static Denial noPlace(Admitted admitted) {
    var permit = admitted.dispatch().route().reservation().approval().permit();
    return new Denial(
        Reason.CREDENTIAL_UNAVAILABLE,
        Optional.of(permit.bound().session()),
        permit.target().name(),
        "No credential travels where nothing is read.",
        0);
  }
}
