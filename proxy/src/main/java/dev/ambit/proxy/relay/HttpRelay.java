package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.model.Activity;
import dev.ambit.proxy.model.Enforcer;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/// Sends admitted calls over HTTP/1.1 and streams their answers. Confined to its loop.
public final class HttpRelay implements Relay, Enforcer {
  private final Gate gate;

  public HttpRelay(
      EventLoop loop,
      Transport transport,
      Gate gate,
      Activity activity,
      UpstreamTls tls,
      Limits limits,
      LongSupplier nanoTime) {
    this.gate = gate;
  }

  @Override
  public CompletionStage<Outcome<Exchange>> send(Admitted admitted, AgentStream agent) {
    throw new UnsupportedOperationException(gate.toString());
  }

  @Override
  public void enforce(SessionImage next) {
    throw new UnsupportedOperationException();
  }
}
