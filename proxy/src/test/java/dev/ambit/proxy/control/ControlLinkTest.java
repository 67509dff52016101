package dev.ambit.proxy.control;

import static dev.ambit.proxy.testing.Samples.ONE;
import static dev.ambit.proxy.testing.Samples.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.Sharing;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Counters;
import dev.ambit.proto.v1.Delta;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.Recorded;
import dev.ambit.proxy.audit.Reach;
import dev.ambit.proxy.budget.Ledger;
import dev.ambit.proxy.credential.Issuer;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Timer;
import dev.ambit.proxy.testing.FakeControlPlane;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.transport.Transport;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The link puts in force what it is told, asks for the lease, and comes back.
class ControlLinkTest {
  private final Transport transport = Transport.best();
  private final EventLoopGroup loops = transport.oneLoop("test-loop");
  private final EventLoop loop = loops.next();
  private final List<SessionImage> enforced = new CopyOnWriteArrayList<>();
  private final AtomicInteger dials = new AtomicInteger();
  private final CompletableFuture<Reach> records = new CompletableFuture<>();
  private volatile Runnable onSilent = () -> {};
  private volatile Instant identityEnds = Instant.MAX;
  private FakeControlPlane plane;
  private ManagedChannel channel;
  private ControlLink link;

  @BeforeEach
  void start() throws Exception {
    plane = new FakeControlPlane(null);
    plane.lease = Duration.ofSeconds(1);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", plane.port())
            .usePlaintext()
            .eventLoopGroup(loops)
            .channelType(transport.stream())
            .executor(task -> {
              if (loop.inEventLoop()) {
                task.run();
              } else {
                loop.execute(task);
              }
            })
            .build();
    Timer timer =
        (delay, task) -> {
          var scheduled = loop.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
          return () -> scheduled.cancel(false);
        };
    link =
        new ControlLink(
            ProxyServiceGrpc.newStub(channel),
            () -> {
              dials.incrementAndGet();
              channel.resetConnectBackoff();
            },
            new ProxyIdentity(
                "test", "PX", "BT", Samples.WORKLOAD, Optional.empty(), () -> identityEnds),
            _ -> Optional.empty(),
            Counters::getDefaultInstance,
            timer,
            InstantSource.system(),
            System::nanoTime,
            new Random(1));
  }

  @AfterEach
  void stop() {
    loop.submit(link::close).awaitUninterruptibly();
    var _ = channel.shutdownNow();
    plane.close();
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
  }

  @Test
  void saysHelloFirstThenAsksForTheLeaseAtOnce() {
    attach();
    assertThat(plane.heard.get(0).hasHello()).isTrue();
    assertThat(plane.heard.get(0).getHello().getProxyId()).isEqualTo("PX");
    assertThat(plane.heard.get(0).getHello().hasResume()).isFalse();
    assertThat(plane.heard.get(1).getHeartbeat().getN()).isEqualTo(1);
  }

  @Test
  void enforcesAnImageBeforeItIsAcknowledged() {
    attach();
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    until(() -> plane.acknowledged() == plane.version());
    assertThat(enforced.getLast().sessions()).containsOnlyKeys(ONE);
    assertThat(link.image().sessions()).containsOnlyKeys(ONE);
    plane.end(ONE, CloseReason.CLOSE_REASON_COMPLETED);
    until(() -> plane.acknowledged() == plane.version());
    assertThat(enforced.getLast().sessions()).isEmpty();
    assertThat(link.image().ended()).containsOnlyKeys(ONE);
  }

  @Test
  void saysHowFarItsRecordsStandOnceTheyAreWrittenAndAcknowledgesBefore() {
    attach();
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    until(() -> plane.acknowledged() == plane.version());
    assertThat(plane.recorded()).isEmpty();
    loop.execute(() -> records.complete(new Reach("BT", 7, 3)));
    var expected =
        Recorded.newBuilder()
            .setEpoch(1)
            .setVersion(plane.version())
            .setBootId("BT")
            .setSeq(7)
            .setLostUntil(3)
            .build();
    until(() -> plane.heard.stream().anyMatch(said -> said.getRecorded().equals(expected)));
  }

  @Test
  void saysNothingOfItsRecordsToAControlPlaneThatDoesNotAsk() {
    plane.takesRecorded = false;
    records.complete(new Reach("BT", 7, 0));
    attach();
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    until(() -> plane.acknowledged() == plane.version());
    plane.touch();
    until(() -> plane.acknowledged() == plane.version());
    assertThat(plane.recorded()).isEmpty();
  }

  @Test
  void takesLeaveOnceNothingIsInForceAndEverythingIsWritten() throws Exception {
    attach();
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    until(() -> plane.acknowledged() == plane.version());
    var left = new CompletableFuture<Void>();
    loop.execute(() -> link.detach().thenAccept(left::complete));
    until(() -> enforced.getLast().sessions().isEmpty());
    assertThat(link.image().sessions()).isEmpty();
    assertThat(plane.detached()).isEmpty();
    // What comes now is put in force no more.
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    loop.execute(() -> records.complete(new Reach("BT", 7, 3)));
    left.get(20, TimeUnit.SECONDS);
    assertThat(plane.detached())
        .hasValueSatisfying(last -> {
          assertThat(last.getVersion()).isEqualTo(plane.version() - 1);
          assertThat(last.getSeq()).isEqualTo(7);
          assertThat(last.getLostUntil()).isEqualTo(3);
        });
    assertThat(enforced.getLast().sessions()).isEmpty();
    assertThat(plane.hellos()).isEqualTo(1);
  }

  @Test
  void takesNoLeaveOfWhoIsNotThere() throws Exception {
    var left = new CompletableFuture<Void>();
    loop.execute(() -> link.detach().thenAccept(left::complete));
    left.get(20, TimeUnit.SECONDS);
    assertThat(plane.heard).isEmpty();
  }

  @Test
  void keepsTheLeaseByHeartbeatsEveryThirdOfIt() {
    attach();
    var until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
    until(() -> {
      assertThat(link.lease().held()).isTrue();
      return System.nanoTime() > until;
    });
    assertThat(plane.heard.stream().filter(AttachRequest::hasHeartbeat).count()).isBetween(3L, 9L);
  }

  @Test
  void letsGoOfEverythingWhenTheLeaseIsLostAndTakesItUpWhenItReturns() {
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    attach();
    until(() -> !enforced.isEmpty() && enforced.getLast().sessions().containsKey(ONE));
    plane.answersHeartbeats = false;
    until(() -> !link.lease().held());
    until(() -> enforced.getLast().sessions().isEmpty());
    assertThat(link.image().sessions()).containsOnlyKeys(ONE);
    plane.answersHeartbeats = true;
    until(() -> link.lease().held());
    until(() -> enforced.getLast().sessions().containsKey(ONE));
  }

  @Test
  void letsGoOfEverythingWhenTheIdentityEndsAndTakesItUpWithTheNextOne() {
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    attach();
    until(() -> !enforced.isEmpty() && enforced.getLast().sessions().containsKey(ONE));
    identityEnds = InstantSource.system().instant();
    assertThat(link.lease().held()).isFalse();
    until(() -> enforced.getLast().sessions().isEmpty());
    identityEnds = Instant.MAX;
    until(() -> link.lease().held());
    until(() -> enforced.getLast().sessions().containsKey(ONE));
  }

  @Test
  void comesBackWithResumeAndKeepsImageAndLeaseMeanwhile() {
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    attach();
    plane.dropStreams();
    until(() -> plane.hellos() == 2);
    assertThat(link.lease().held()).isTrue();
    assertThat(link.image().sessions()).containsOnlyKeys(ONE);
    var again = plane.heard.stream().filter(AttachRequest::hasHello).toList().getLast().getHello();
    assertThat(again.getResume().getVersion()).isEqualTo(plane.version());
    plane.put(Samples.envelope(TWO, Sharing.EXCLUSIVE));
    until(() -> link.image().sessions().size() == 2);
  }

  @Test
  void dialsAnewWithEveryAttemptWhileNobodyIsThere() {
    attach();
    var before = dials.get();
    plane.close();
    until(() -> dials.get() >= before + 4);
    assertThat(link.attached()).isFalse();
  }

  @Test
  void endsTheStreamOnAContradictionAndComesBackWithoutResume() {
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    attach();
    var stale = Delta.newBuilder().setEpoch(1).setVersion(1).build();
    plane.say(AttachResponse.newBuilder().setDelta(stale).build());
    until(() -> plane.hellos() == 2);
    assertThat(link.breaks()).isEqualTo(1);
    var again = plane.heard.stream().filter(AttachRequest::hasHello).toList().getLast().getHello();
    assertThat(again.hasResume()).isFalse();
    until(link::attached);
    assertThat(link.image().sessions()).containsOnlyKeys(ONE);
  }

  @Test
  void refusesABrokenSessionAndServesTheRest() {
    attach();
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE));
    plane.put(
        ImageReaderTest.said(TWO, plane.version() + 1).toBuilder()
            .setEnvelopeDigest(ByteString.copyFrom(new byte[32]))
            .build());
    until(() -> plane.acknowledged() == plane.version());
    assertThat(link.image().sessions()).containsOnlyKeys(ONE);
    assertThat(link.refusals()).isEqualTo(1);
  }

  @Test
  void cutsWhatRunsAtTheInstantTheSessionExpires() {
    attach();
    plane.put(Samples.envelope(ONE, Sharing.EXCLUSIVE), Duration.ofMillis(300), new byte[0]);
    until(() -> enforced.stream().anyMatch(image -> image.sessions().containsKey(ONE)));
    until(() -> enforced.getLast().sessions().isEmpty());
    assertThat(link.image().sessions()).containsOnlyKeys(ONE);
  }

  @Test
  void tellsWhatWasActiveOnce() {
    attach();
    loop.execute(() -> link.touch(ONE));
    until(() -> activity() > 0);
    var beats = plane.heard.size();
    until(() -> plane.heard.size() > beats + 2);
    assertThat(activity()).isEqualTo(1);
  }

  @Test
  void answersThatNobodyCanBeAskedWhileThereIsNoStream() throws Exception {
    var ledger = new GrpcLedger(ProxyServiceGrpc.newStub(channel), link::attached);
    assertThat(ledger.reserve("R", ONE, "g").toCompletableFuture().get(1, TimeUnit.SECONDS))
        .isEqualTo(new Ledger.Answer.Unavailable());
    assertThat(plane.reservations).hasValue(0);
    attach();
    assertThat(
            loop.submit(() -> ledger.reserve("R", ONE, "g"))
                .get()
                .toCompletableFuture()
                .get(5, TimeUnit.SECONDS))
        .isEqualTo(new Ledger.Answer.Reserved());
  }

  @Test
  void tellsThoseWhoWaitForACredentialSoonThatTheControlPlaneHangs() throws Exception {
    var hangs = new CountDownLatch(1);
    plane.lease = Duration.ofSeconds(30);
    plane.issuer =
        _ -> {
          awaitUninterruptibly(hangs);
          return null;
        };
    attach();
    var issuer =
        new GrpcIssuer(
            ProxyServiceGrpc.newStub(channel),
            "PX",
            Duration.ofMinutes(1),
            link::attached,
            link::doubt,
            System::nanoTime);
    onSilent = issuer::silent;
    plane.answersHeartbeats = false;
    // The next heartbeat of its own would be due in ten seconds.
    var answer = loop.submit(() -> issuer.issue(ONE, "g", api(), "")).get().toCompletableFuture();
    assertThat(answer.get(5, TimeUnit.SECONDS))
        .isEqualTo(new Issuer.Answer.Unavailable("the control plane says UNAVAILABLE"));
    assertThat(loop.submit(link::attached).get()).isFalse();
    hangs.countDown();
  }

  private long activity() {
    return plane.heard.stream()
        .filter(AttachRequest::hasHeartbeat)
        .mapToLong(request -> request.getHeartbeat().getActivityCount())
        .sum();
  }

  private void attach() {
    loop.execute(
        () -> link.start(List.of(enforced::add), _ -> records, () -> {}, () -> onSilent.run()));
    until(() -> link.attached() && plane.acknowledged() == plane.version());
  }

  private static Authority api() {
    if (Authority.parseWithPort(Scheme.HTTPS, "api.test:443")
        instanceof Parsed.Ok<Authority>(Authority parsed)) {
      return parsed;
    }
    throw new AssertionError("no authority");
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void until(BooleanSupplier holds) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!holds.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }
}
