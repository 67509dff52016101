package dev.ambit.proxy.relay;

import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.model.Enforcer;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Sends admitted calls over HTTP/1.1 and streams their answers. Confined to its loop.
public final class HttpRelay implements Relay, Enforcer {
  private final Supplier<SessionImage> image;

  public HttpRelay(
      EventLoop loop,
      Transport transport,
      Supplier<SessionImage> image,
      Recheck recheck,
      UpstreamTls tls,
      Limits limits,
      LongSupplier nanoTime) {
    this.image = image;
  }

  @Override
  public CompletionStage<Outcome<Exchange>> send(Admitted admitted, AgentStream agent) {
    throw new UnsupportedOperationException(image.toString());
  }

  @Override
  public void enforce(SessionImage next) {
    throw new UnsupportedOperationException();
  }
}
