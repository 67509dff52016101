package dev.ambit.proxy.relay;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.credential.Reissue;
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

/// Sends admitted calls over HTTP/1.1 or HTTP/2 and streams their answers. Follows no redirect and
/// repeats no call that may have had an effect upstream (INV-11). Confined to its loop.
public final class HttpRelay implements Relay, Enforcer {
  private final Gate gate;
  private final Reissue reissue;
  private final Activity activity;
  private final Limits limits;
  private final Learned learned = new Learned();
  private final Connections connections;
  private final Live live;

  public HttpRelay(
      EventLoop loop,
      Transport transport,
      Gate gate,
      Reissue reissue,
      Activity activity,
      UpstreamTls tls,
      Circuits circuits,
      Limits limits) {
    this.gate = gate;
    this.reissue = reissue;
    this.activity = activity;
    this.limits = limits;
    var pool = new UpstreamPool(limits);
    var dialer = new Dialer(new Sockets(loop, transport, limits), tls, pool, limits);
    this.live = new Live(gate);
    this.connections = new Connections(dialer, pool, learned, circuits, limits);
  }

  @Override
  public CompletionStage<Outcome<Exchange>> send(Admitted admitted, AgentStream agent) {
    var misuse = misuse(admitted);
    if (misuse.isPresent()) {
      return completedStage(new Outcome.Proceed<>(Exchange.notSent(admitted, misuse.get())));
    }
    var call = new RelayCall(admitted, agent, gate, reissue, activity, connections, limits);
    return live.hold(call, call::start).thenApply(Outcome.Proceed::new);
  }

  /// Cuts every exchange that the image does not permit and closes its idle connections; when it
  /// returns, nothing more of them is written.
  @Override
  public void enforce(SessionImage image) {
    live.enforce(image);
    connections.closeIf(key -> !Live.serves(image, key.session()));
  }

  /// Exchanges under way.
  public int exchanges() {
    return live.size();
  }

  /// Idle upstream connections.
  public int pooled() {
    return connections.idle();
  }

  /// What upstreams were seen to speak.
  public Learned learned() {
    return learned;
  }

  /// The binding of the credential is checked where it is used (INV-9), whatever the stages above
  /// did; a cleartext connection carries none.
  static Optional<Denial> misuse(Admitted admitted) {
    var credential = admitted.dispatch().credential();
    if (credential == null) {
      return Optional.empty();
    }
    var permit = admitted.dispatch().route().reservation().approval().permit();
    var authority = permit.bound().arrival().call().authority();
    boolean bound =
        credential.session().equals(permit.bound().session().id())
            && credential.grant().equals(permit.grant().name())
            && credential.authority().equals(authority)
            && authority.scheme() == Scheme.HTTPS;
    return bound
        ? Optional.empty()
        : Optional.of(
            new Denial(
                Reason.CREDENTIAL_UNAVAILABLE,
                Optional.of(permit.bound().session()),
                permit.target().name(),
                "The credential is bound to another use, or would travel in cleartext.",
                0));
  }
}
