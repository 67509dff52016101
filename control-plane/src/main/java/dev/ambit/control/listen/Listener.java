package dev.ambit.control.listen;

import com.linecorp.armeria.common.Flags;
import com.linecorp.armeria.common.metric.NoopMeterRegistry;
import com.linecorp.armeria.common.util.TransportType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/// Opens and closes a server's port. What is under way when it closes may go on for [#DRAIN_MAX].
public final class Listener {
  /// How long answers that are under way may take when the program stops.
  public static final Duration DRAIN_MAX = Duration.ofSeconds(1);

  private static final Duration QUIET = Duration.ofMillis(50);

  private Listener() {}

  /// Opens the port.
  ///
  /// @param what names the port in the sentence of a failure
  public static Server open(ServerBuilder builder, String what, InetSocketAddress listen)
      throws IOException {
    var server =
        builder
            .bossGroupFactory(name -> new Acceptor(name, handlers()))
            .meterRegistry(NoopMeterRegistry.get())
            .gracefulShutdownTimeout(QUIET, DRAIN_MAX)
            .build();
    try {
      server.start().join();
      return server;
    } catch (CompletionException failure) {
      server.close();
      throw new IOException(cannot(what, listen, failure), failure);
    }
  }

  /// The sentence of a port that cannot be opened.
  public static String cannot(String what, InetSocketAddress listen, Throwable why) {
    var root = why;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return what
        + ": cannot listen on "
        + listen.getHostString()
        + ":"
        + listen.getPort()
        + ", "
        + root.getMessage()
        + " (expected: an address of this machine and a free port)";
  }

  /// What Armeria's own channels need: native on Linux, else of the JDK.
  private static IoHandlerFactory handlers() {
    return Flags.transportType() == TransportType.EPOLL
        ? EpollIoHandler.newFactory()
        : NioIoHandler.newFactory();
  }

  /// One thread that accepts. Netty's own group lets two seconds pass before it ends, for tasks
  /// that may still come; nothing comes to a port that is closed.
  private static final class Acceptor extends MultiThreadIoEventLoopGroup {
    Acceptor(String name, IoHandlerFactory handlers) {
      super(1, new DefaultThreadFactory(name, true), handlers);
    }

    @Override
    public Future<?> shutdownGracefully() {
      return shutdownGracefully(0, DRAIN_MAX.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
