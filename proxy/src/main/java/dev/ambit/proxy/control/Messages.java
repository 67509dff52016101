package dev.ambit.proxy.control;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import dev.ambit.proto.v1.Ack;
import dev.ambit.proto.v1.Recorded;
import dev.ambit.proto.v1.RefusedSession;
import dev.ambit.proxy.audit.Reach;
import dev.ambit.proxy.model.SessionImage;
import java.time.Instant;

/// What is said and heard on the stream of [ControlLink], between its messages and our values.
final class Messages {
  private Messages() {}

  static Ack ack(SessionImage image) {
    var ack = Ack.newBuilder().setEpoch(image.epoch()).setVersion(image.version());
    image
        .refused()
        .forEach((id, refusal) ->
            ack.addRefused(
                RefusedSession.newBuilder()
                    .setSessionId(id.value())
                    .setVersion(refusal.version())
                    .setWhy(refusal.why())));
    return ack.build();
  }

  static Recorded recorded(SessionImage image, Reach reach) {
    return Recorded.newBuilder()
        .setEpoch(image.epoch())
        .setVersion(image.version())
        .setBootId(reach.bootId())
        .setSeq(reach.seq())
        .setLostUntil(reach.lostUntil())
        .build();
  }

  static java.time.Duration duration(Duration said) {
    return java.time.Duration.ofSeconds(said.getSeconds(), said.getNanos());
  }

  static Duration age(long nanos) {
    return Duration.newBuilder()
        .setSeconds(nanos / 1_000_000_000)
        .setNanos((int) (nanos % 1_000_000_000))
        .build();
  }

  /// What is no instant of the years 1970 to 9999 is the epoch: a clock that far off is not ready.
  static Instant instant(Timestamp said) {
    var sane = said.getSeconds() >= 0 && said.getSeconds() < 253_402_300_800L;
    return sane ? Instant.ofEpochSecond(said.getSeconds()) : Instant.EPOCH;
  }
}
