package dev.ambit.control.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proto.v1.AttachResponse;
import dev.ambit.proto.v1.Lease;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// What waits for one proxy has a bound, and so has a stream that says nothing.
class ProxyStreamTest {
  private final FakeObserver observer = new FakeObserver();
  private final ProxyStream stream = new ProxyStream(observer);

  @Test
  void sendsInOrderWhenTheConnectionTakesIt() {
    observer.ready(false);
    assertThat(stream.send(lease(1))).isTrue();
    assertThat(stream.send(lease(2))).isTrue();
    assertThat(observer.sent).isEmpty();
    observer.ready(true);
    assertThat(stream.send(lease(3))).isTrue();
    assertThat(observer.sent).containsExactly(lease(1), lease(2), lease(3));
  }

  @Test
  void dropsAProxyThatTakesNothingAtTheSixtyFifthMessage() {
    observer.ready(false);
    assertThat(LongStream.rangeClosed(1, 64).allMatch(n -> stream.send(lease(n)))).isTrue();
    assertThat(stream.send(lease(65))).isFalse();
    assertThat(observer.ended).isNotNull();
    assertThat(Status.Code.RESOURCE_EXHAUSTED).isEqualTo(code());
    observer.ready(true);
    assertThat(stream.send(lease(66))).isFalse();
    assertThat(observer.sent).isEmpty();
  }

  @Test
  void sendsNothingToWhoHasGone() {
    stream.gone();
    assertThat(stream.send(lease(1))).isFalse();
    assertThat(observer.sent).isEmpty();
    assertThat(observer.ended).isNull();
  }

  @Test
  void endsAStreamThatSaysNoHelloForTenSeconds() {
    var nanos = new AtomicLong(Long.MAX_VALUE);
    var strangers = new Strangers(nanos::get);
    strangers.came(stream);
    nanos.addAndGet(Strangers.HELLO_MAX.toNanos() - 1);
    strangers.sweep();
    assertThat(observer.ended).isNull();
    nanos.incrementAndGet();
    strangers.sweep();
    assertThat(Status.Code.DEADLINE_EXCEEDED).isEqualTo(code());
  }

  @Test
  void leavesAStreamAloneThatSaidHello() {
    var nanos = new AtomicLong();
    var strangers = new Strangers(nanos::get);
    strangers.came(stream);
    strangers.named(stream);
    nanos.addAndGet(Strangers.HELLO_MAX.multipliedBy(2).toNanos());
    strangers.sweep();
    assertThat(observer.ended).isNull();
  }

  private Status.Code code() {
    var ended = observer.ended;
    return ended == null ? Status.Code.OK : ended.getCode();
  }

  private static AttachResponse lease(long n) {
    return AttachResponse.newBuilder().setLease(Lease.newBuilder().setN(n)).build();
  }
}
