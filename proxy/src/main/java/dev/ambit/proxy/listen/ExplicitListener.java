package dev.ambit.proxy.listen;

import dev.ambit.proxy.decode.Decoding;
import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/// Accepts agents that were told about the proxy (`HTTPS_PROXY`), on loopback.
public final class ExplicitListener {
  private final Decoding decoding;

  public ExplicitListener(EventLoop loop, Transport transport, Decoding decoding) {
    this.decoding = decoding;
  }

  /// Binds; port 0 lets the system choose. Blocks; not for the loop.
  public InetSocketAddress bind(InetSocketAddress address) throws IOException {
    throw new UnsupportedOperationException(address.toString() + decoding);
  }

  /// Agent connections open now.
  public int connections() {
    throw new UnsupportedOperationException();
  }

  /// Stops accepting, lets calls in flight end, and closes what is left at the deadline. Completes
  /// when no connection is left; any thread.
  public CompletionStage<Void> drain(Duration deadline) {
    throw new UnsupportedOperationException(deadline.toString());
  }
}
