package dev.ambit.bench.load;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/// The connections that a load keeps, and how it waits for its loop.
final class Connections {
  private static final int PATIENCE_SECONDS = 60;

  private final EventLoop loop;
  private final Door door;
  private final SslContext tls;
  private final List<Leg> open = new ArrayList<>();

  /// @param protocols that are offered in the handshake; none for HTTP/1.1
  Connections(EventLoop loop, Door door, String... protocols) {
    this.loop = loop;
    this.door = door;
    try {
      this.tls =
          SslContextBuilder.forClient()
              .sslProvider(SslProvider.OPENSSL)
              .protocols("TLSv1.3")
              .trustManager(door.roots().toFile())
              .endpointIdentificationAlgorithm(null)
              .applicationProtocolConfig(Alpn.offering(protocols))
              .build();
    } catch (SSLException unusable) {
      throw new Failure(
          ExitCode.CONFIGURATION, door.roots() + ": unusable (expected: certificates)", unusable);
    }
  }

  EventLoop loop() {
    return loop;
  }

  byte[] written(Ask ask) {
    return ask.written(door);
  }

  Http2Headers head(Ask ask) {
    return ask.head(door);
  }

  /// What the first of them was shown. On the loop.
  Shown shown() {
    return Shown.to(open.isEmpty() ? null : open.getFirst());
  }

  /// Opens so many and waits until all of them are open, as their agents say.
  void open(int count, Supplier<Agent.Events> agents, CompletableFuture<?> opened) {
    loop.execute(() -> {
      for (var i = 0; i < count; i++) {
        add(agents.get());
      }
    });
    await(opened, PATIENCE_SECONDS);
  }

  /// Opens one more. On the loop.
  Agent add(Agent.Events events) {
    return add(events, door);
  }

  /// Opens one more by a door with the same roots. On the loop.
  Agent add(Agent.Events events, Door by) {
    var agent = Agent.open(loop, by, tls, events);
    open.add(agent);
    return agent;
  }

  /// Opens one of HTTP/2 and waits until it is open, as its agent says.
  void openHttp2(Http2Agent.Events events, CompletableFuture<?> opened) {
    loop.execute(() -> open.add(Http2Agent.open(loop, door, tls, events)));
    await(opened, PATIENCE_SECONDS);
  }

  /// Closes one. On the loop.
  void drop(Agent agent) {
    open.remove(agent);
    agent.close();
  }

  void close() {
    onLoop(() -> {
      open.forEach(Leg::close);
      open.clear();
      return true;
    });
  }

  /// Runs something on the loop and waits for it.
  <T> T onLoop(Supplier<T> task) {
    return await(CompletableFuture.supplyAsync(task, loop), PATIENCE_SECONDS);
  }

  /// Waits for what the loop completes.
  static <T> T await(CompletableFuture<T> done, long seconds) {
    try {
      return done.get(seconds, TimeUnit.SECONDS);
    } catch (ExecutionException failed) {
      throw new Failure(ExitCode.REFUSED, "load: " + failed.getCause(), failed);
    } catch (TimeoutException late) {
      throw new Failure(
          ExitCode.REFUSED, "load: no answer (expected: within " + seconds + " s)", late);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new Failure(ExitCode.REFUSED, "load: interrupted", interrupted);
    }
  }

  static long patience() {
    return PATIENCE_SECONDS;
  }
}
