package dev.ambit.bench.subject;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.envelope.Ids;
import dev.ambit.proto.v1.Counters;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proxy.audit.Reach;
import dev.ambit.proxy.control.ControlLink;
import dev.ambit.proxy.control.ProxyIdentity;
import dev.ambit.proxy.model.Timer;
import dev.ambit.proxy.transport.Transport;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/// Many links to the control plane as proxies have them, each over a connection of its own, on one
/// loop of this process; what a proxy does beside is not there.
public final class Fleet implements AutoCloseable {
  private static final Duration IDENTITY_MAX = Duration.ofSeconds(10);
  private static final long POLL_NANOS = 10_000_000;

  private final EventLoopGroup loops;
  private final EventLoop loop;
  private final SpiffeSource source;
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Member> members = new ArrayList<>();
  private final List<Long> attempts = new ArrayList<>();
  private final AtomicInteger attached = new AtomicInteger();

  /// @param socket where their workload gets its identity
  public Fleet(Plane plane, Path socket, int count) throws IOException {
    var transport = Transport.best();
    this.loops = transport.oneLoop("fleet");
    this.loop = loops.next();
    this.source = identity(socket);
    var ids = new Ids(InstantSource.system(), ThreadLocalRandom.current());
    var tls = new SpiffeTls(source, PeerPolicy.of(plane.controlId())).grpcClient();
    for (var i = 0; i < count; i++) {
      var channel = channel(plane.controlPort(), tls, transport);
      channels.add(channel);
      members.add(member(channel, ids));
    }
  }

  private static SpiffeSource identity(Path socket) throws IOException {
    try {
      return SpiffeSource.open(socket, IDENTITY_MAX);
    } catch (IdentityUnavailable unavailable) {
      throw new IOException(unavailable);
    }
  }

  private ManagedChannel channel(int port, SslContext tls, Transport transport) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .sslContext(tls)
        .eventLoopGroup(loops)
        .channelType(transport.stream())
        .executor(loop)
        .build();
  }

  /// One link, and what its process is called.
  private record Member(ControlLink link, String bootId) {
    void start(Runnable attached) {
      // It has nothing to record, and says so.
      link.start(List.of(), _ -> completedStage(new Reach(bootId, 0, 0)), attached, () -> {});
    }
  }

  private Member member(ManagedChannel channel, Ids ids) {
    var identity =
        new ProxyIdentity(
            "bench",
            ids.next(),
            ids.next(),
            source.current().spiffeId(),
            Optional.empty(),
            () -> source.current().notAfter());
    Timer timer =
        (delay, task) -> {
          var scheduled = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
          return () -> scheduled.cancel(false);
        };
    var link =
        new ControlLink(
            ProxyServiceGrpc.newStub(channel),
            () -> {
              attempts.add(System.nanoTime());
              channel.resetConnectBackoff();
            },
            identity,
            _ -> Optional.empty(),
            Counters::getDefaultInstance,
            timer,
            InstantSource.system(),
            System::nanoTime,
            ThreadLocalRandom.current());
    return new Member(link, identity.bootId());
  }

  /// Lets them come, so many in a second, and waits until all are attached.
  public void come(int perSecond, Duration patience) {
    for (var i = 0; i < members.size(); i++) {
      var member = members.get(i);
      var _ =
          loop.schedule(
              () -> member.start(attached::incrementAndGet),
              1_000L * i / perSecond,
              TimeUnit.MILLISECONDS);
    }
    awaitAttached(members.size(), patience);
  }

  /// Waits until so many attachments were made in all, those before a loss counted.
  public void awaitAttached(int count, Duration patience) {
    var deadline = System.nanoTime() + patience.toNanos();
    while (attached.get() < count) {
      if (System.nanoTime() - deadline > 0) {
        throw new Failure(
            ExitCode.REFUSED, "fleet: " + attached + " attached (expected: " + count + ")");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }

  /// When each attempt since an instant was made, as of [System#nanoTime()], in order.
  public List<Long> attemptsSince(long nanos) {
    return onLoop(() -> attempts.stream().filter(at -> at - nanos >= 0).toList());
  }

  private <T> T onLoop(Callable<T> task) {
    return loop.submit(task).syncUninterruptibly().getNow();
  }

  @Override
  public void close() {
    var _ =
        onLoop(() -> {
          members.forEach(member -> member.link().close());
          return true;
        });
    channels.forEach(ManagedChannel::shutdownNow);
    source.close();
    var _ = loops.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
