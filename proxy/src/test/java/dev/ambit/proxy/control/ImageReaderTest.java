package dev.ambit.proxy.control;

import static dev.ambit.proxy.testing.Samples.ONE;
import static dev.ambit.proxy.testing.Samples.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.UnknownFieldSet;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Delta;
import dev.ambit.proto.v1.SessionEnd;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.Snapshot;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.testing.Samples;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Only what is understood whole, addressed to us and newer than what we have is put in force.
class ImageReaderTest {
  private static final UnknownFieldSet STRANGE =
      UnknownFieldSet.newBuilder()
          .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
          .build();

  private final ImageReader reader =
      new ImageReader(Samples.WORKLOAD, _ -> Optional.empty(), () -> 5);

  @Test
  void putsASnapshotInForceAndCountsExpiryOnTheMonotonicClock() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 7, said(ONE, 7))));
    assertThat(image.version()).isEqualTo(7);
    assertThat(image.sessions()).containsOnlyKeys(ONE);
    assertThat(image.sessions().values().iterator().next().deadlineNanos())
        .isEqualTo(5 + TimeUnit.SECONDS.toNanos(60));
  }

  @Test
  void refusesASessionThatHasExpiredAlready() {
    for (var seconds : List.of(0, -1)) {
      var over = said(ONE, 7).toBuilder().setExpiresIn(Duration.newBuilder().setSeconds(seconds));
      var read = reader.snapshot(SessionImage.EMPTY, snapshot(1, 7, over.build(), said(TWO, 6)));
      assertThat(next(read).sessions()).containsOnlyKeys(TWO);
      assertThat(next(read).refused()).containsOnlyKeys(ONE);
      assertThat(alarms(read)).singleElement().asString().contains("expires_in");
    }
  }

  @Test
  void letsARepetitionShortenWhatIsLeftAndNeverLengthenIt() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 7, said(ONE, 7))));
    assertThat(leftAfter(image, 61)).isEqualTo(TimeUnit.SECONDS.toNanos(60));
    assertThat(leftAfter(image, 10)).isEqualTo(TimeUnit.SECONDS.toNanos(10));
    assertThat(leftAfter(image, -1)).isZero();
    assertThat(leftAfter(image, Long.MIN_VALUE)).isZero();
    assertThat(leftAfter(image, Long.MAX_VALUE)).isEqualTo(TimeUnit.SECONDS.toNanos(60));
  }

  /// What is left of session one when its version is said again with this much.
  private long leftAfter(SessionImage image, long seconds) {
    var again = said(ONE, 7).toBuilder().setExpiresIn(Duration.newBuilder().setSeconds(seconds));
    var read = reader.snapshot(image, snapshot(1, 8, again.build()));
    assertThat(alarms(read)).isEmpty();
    return next(read).sessions().values().iterator().next().deadlineNanos() - 5;
  }

  @Test
  void appliesDeltasInOrder() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1))));
    image = next(reader.delta(image, delta(1, 2, said(TWO, 2))));
    assertThat(image.sessions()).containsOnlyKeys(ONE, TWO);
    image =
        next(
            reader.delta(
                image,
                Delta.newBuilder()
                    .setEpoch(1)
                    .setVersion(3)
                    .addEnded(
                        SessionEnd.newBuilder()
                            .setSessionId(ONE.value())
                            .setReason(CloseReason.CLOSE_REASON_IDLE))
                    .build()));
    assertThat(image.sessions()).containsOnlyKeys(TWO);
    assertThat(image.ended().values()).first().extracting("reason").isEqualTo(Reason.SESSION_IDLE);
  }

  /// By the object, exchanges of a session that did not change are known without judging them.
  @Test
  void takesTheVerySessionOverThatADeltaDoesNotChange() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1))));
    var then = next(reader.delta(image, delta(1, 2, said(TWO, 2))));
    assertThat(then.sessions().get(ONE)).isSameAs(image.sessions().get(ONE));
  }

  @Test
  void breaksOnAVersionThatDoesNotGrow() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 5)));
    assertThat(reader.delta(image, delta(1, 5))).isInstanceOf(Reading.Broken.class);
    assertThat(reader.delta(image, delta(1, 4))).isInstanceOf(Reading.Broken.class);
    assertThat(reader.snapshot(image, snapshot(1, 4))).isInstanceOf(Reading.Broken.class);
    assertThat(reader.snapshot(image, snapshot(1, 5))).isInstanceOf(Reading.Next.class);
  }

  @Test
  void breaksOnAnotherEpochAndTakesANewOneBySnapshotOnly() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(3, 5, said(ONE, 5))));
    assertThat(reader.delta(image, delta(2, 6))).isInstanceOf(Reading.Broken.class);
    assertThat(reader.delta(image, delta(4, 6))).isInstanceOf(Reading.Broken.class);
    assertThat(reader.snapshot(image, snapshot(2, 9))).isInstanceOf(Reading.Broken.class);
    assertThat(next(reader.snapshot(image, snapshot(4, 1, said(ONE, 1)))).sessions())
        .containsOnlyKeys(ONE);
    assertThat(reader.delta(SessionImage.EMPTY, delta(0, 1))).isInstanceOf(Reading.Broken.class);
    assertThat(reader.snapshot(SessionImage.EMPTY, snapshot(0, 1)))
        .isInstanceOf(Reading.Broken.class);
  }

  @Test
  void refusesASessionWhoseDigestIsAnotherOneAndKeepsTheRest() {
    var bad = said(TWO, 1).toBuilder().setEnvelopeDigest(ByteString.copyFrom(new byte[32])).build();
    var reading = reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1), bad));
    assertThat(next(reading).sessions()).containsOnlyKeys(ONE);
    assertThat(alarms(reading)).singleElement().asString().contains("digest");
  }

  @Test
  void refusesWhatIsNotForThisWorkloadOrNotThisSession() {
    var foreign =
        new ImageReader("spiffe://example.org/other", _ -> Optional.empty(), () -> 0)
            .snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1)));
    assertThat(next(foreign).sessions()).isEmpty();
    assertThat(alarms(foreign)).singleElement().asString().contains("workload");
    var renamed = said(ONE, 1).toBuilder().setSessionId(TWO.value()).build();
    var reading = reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, renamed));
    assertThat(next(reading).sessions()).isEmpty();
    assertThat(alarms(reading)).singleElement().asString().contains("another session");
  }

  @Test
  void refusesWhatItDoesNotUnderstand() {
    var strange = said(ONE, 1).toBuilder().setUnknownFields(STRANGE).build();
    var unstated = said(ONE, 1).toBuilder().clearState().build();
    var closing = said(ONE, 1).toBuilder().setState(SessionState.SESSION_STATE_CLOSING).build();
    var widened = json(said(ONE, 1), "{\"condition\":\"x\",");
    var handle = said(ONE, 1).toBuilder().setHandleDigest(ByteString.copyFrom(new byte[32]));
    for (var session : List.of(strange, unstated, closing, widened, handle.build())) {
      var reading = reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, session));
      assertThat(next(reading).sessions()).isEmpty();
      assertThat(alarms(reading)).hasSize(1);
    }
    var message = snapshot(1, 1).toBuilder().setUnknownFields(STRANGE).build();
    assertThat(reader.snapshot(SessionImage.EMPTY, message)).isInstanceOf(Reading.Broken.class);
  }

  @Test
  void a168TakesASessionOutOfForceWhenItsNewVersionIsNotUnderstood() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1))));
    var strange = said(ONE, 2).toBuilder().setUnknownFields(STRANGE).build();
    var wrongDigest =
        said(ONE, 2).toBuilder().setEnvelopeDigest(ByteString.copyFrom(new byte[32])).build();
    var unreadable = json(said(ONE, 2), "rubbish");
    var restricting = json(said(ONE, 2), "{\"condition\":\"x\",");
    var another = said(TWO, 2).toBuilder().setSessionId(ONE.value()).build();
    for (var said : List.of(strange, wrongDigest, unreadable, restricting, another)) {
      var reading = reader.delta(image, delta(1, 2, said));
      assertThat(next(reading).sessions()).isEmpty();
      assertThat(next(reading).refused().values())
          .singleElement()
          .extracting("version")
          .isEqualTo(2L);
      assertThat(alarms(reading)).singleElement().asString().contains("not in force");
    }
  }

  @Test
  void a168BringsNothingOlderBackAfterAVersionThatWasRefused() {
    var image = refusedAtVersionTwo();
    for (var reading :
        List.of(
            reader.delta(image, delta(1, 3, said(ONE, 1))),
            reader.delta(image, delta(1, 3, said(ONE, 2))),
            reader.snapshot(image, snapshot(1, 3, said(ONE, 2))))) {
      assertThat(next(reading).sessions()).isEmpty();
      assertThat(next(reading).refused()).containsOnlyKeys(ONE);
    }
  }

  @Test
  void putsARefusedSessionInForceWithTheNextVersionThatIsUnderstood() {
    var image = next(reader.delta(refusedAtVersionTwo(), delta(1, 3, said(ONE, 3))));
    assertThat(image.sessions()).containsOnlyKeys(ONE);
    assertThat(image.refused()).isEmpty();
  }

  @Test
  void forgetsARefusedSessionWhenItEndsOrAnotherEpochBegins() {
    var image = refusedAtVersionTwo();
    var ended =
        Delta.newBuilder()
            .setEpoch(1)
            .setVersion(3)
            .addEnded(SessionEnd.newBuilder().setSessionId(ONE.value()))
            .build();
    for (var reading :
        List.of(reader.delta(image, ended), reader.snapshot(image, snapshot(1, 3)))) {
      assertThat(next(reading).refused()).isEmpty();
      assertThat(next(reading).ended()).containsOnlyKeys(ONE);
    }
    var restarted = next(reader.snapshot(image, snapshot(2, 1, said(ONE, 1))));
    assertThat(restarted.sessions()).containsOnlyKeys(ONE);
    assertThat(restarted.refused()).isEmpty();
  }

  private SessionImage refusedAtVersionTwo() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1))));
    var strange = said(ONE, 2).toBuilder().setUnknownFields(STRANGE).build();
    return next(reader.delta(image, delta(1, 2, strange)));
  }

  @Test
  void a168KeepsThePresentVersionAgainstAnOlderOneOrAnotherHash() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 5, said(ONE, 5))));
    var older = reader.delta(image, delta(1, 6, said(ONE, 4)));
    assertThat(version(older)).isEqualTo(5);
    assertThat(alarms(older)).hasSize(1);
    var narrower = Samples.without(Samples.envelope(ONE, Sharing.EXCLUSIVE), "bare");
    var otherHash = reader.delta(image, delta(1, 6, said(narrower, 5)));
    assertThat(version(otherHash)).isEqualTo(5);
    assertThat(alarms(otherHash)).hasSize(1);
    var repeated = reader.delta(image, delta(1, 6, said(ONE, 5)));
    assertThat(alarms(repeated)).isEmpty();
  }

  @Test
  void neverBringsAnEndedSessionBack() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1))));
    image = next(reader.snapshot(image, snapshot(1, 2)));
    assertThat(image.sessions()).isEmpty();
    for (var reading :
        List.of(
            reader.delta(image, delta(1, 3, said(ONE, 3))),
            reader.snapshot(image, snapshot(1, 3, said(ONE, 3))),
            reader.snapshot(image, snapshot(2, 1, said(ONE, 1))))) {
      assertThat(next(reading).sessions()).isEmpty();
      assertThat(alarms(reading)).singleElement().asString().contains("come back");
    }
  }

  @Test
  void forgetsTheOldestTombstonesBeyondTheBound() {
    var image = next(reader.snapshot(SessionImage.EMPTY, snapshot(1, 1)));
    var ends = Delta.newBuilder().setEpoch(1).setVersion(2);
    for (var i = 0; i <= ImageReader.TOMBSTONES_MAX; i++) {
      ends.addEnded(SessionEnd.newBuilder().setSessionId("01ARZ3NDEKTSV4RRFFQ%07d".formatted(i)));
    }
    image = next(reader.delta(image, ends.build()));
    assertThat(image.ended()).hasSize(ImageReader.TOMBSTONES_MAX);
    assertThat(image.ended()).doesNotContainKey(new SessionId("01ARZ3NDEKTSV4RRFFQ0000000"));
  }

  @Test
  void breaksOnMoreSessionsThanItMayHold() {
    var many = Snapshot.newBuilder().setEpoch(1).setVersion(1);
    for (var i = 0; i <= ImageReader.SESSIONS_MAX; i++) {
      many.addSessions(said(new SessionId("01ARZ3NDEKTSV4RRFFQ%07d".formatted(i)), 1));
    }
    assertThat(reader.snapshot(SessionImage.EMPTY, many.build()))
        .isInstanceOf(Reading.Broken.class);
  }

  @Test
  void refusesAnEnvelopeThatIsObjectedTo() {
    var strict = new ImageReader(Samples.WORKLOAD, _ -> Optional.of("not here"), () -> 0);
    var reading = strict.snapshot(SessionImage.EMPTY, snapshot(1, 1, said(ONE, 1)));
    assertThat(next(reading).sessions()).isEmpty();
    assertThat(alarms(reading)).singleElement().asString().contains("not here");
  }

  static dev.ambit.proto.v1.SessionImage said(SessionId id, long version) {
    return said(Samples.envelope(id, Sharing.EXCLUSIVE), version);
  }

  static dev.ambit.proto.v1.SessionImage said(Envelope envelope, long version) {
    var json = EnvelopeCodec.encode(envelope);
    return dev.ambit.proto.v1.SessionImage.newBuilder()
        .setSessionId(envelope.session().value())
        .setVersion(version)
        .setState(SessionState.SESSION_STATE_ACTIVE)
        .setEnvelope(ByteString.copyFrom(json))
        .setEnvelopeDigest(ByteString.copyFrom(EnvelopeCodec.digest(json)))
        .setExpiresIn(Duration.newBuilder().setSeconds(60))
        .build();
  }

  private static dev.ambit.proto.v1.SessionImage json(
      dev.ambit.proto.v1.SessionImage session, String prefix) {
    var json = ByteString.copyFromUtf8(prefix).concat(session.getEnvelope().substring(1));
    return session.toBuilder()
        .setEnvelope(json)
        .setEnvelopeDigest(ByteString.copyFrom(EnvelopeCodec.digest(json.toByteArray())))
        .build();
  }

  static Snapshot snapshot(long epoch, long version, dev.ambit.proto.v1.SessionImage... sessions) {
    return Snapshot.newBuilder()
        .setEpoch(epoch)
        .setVersion(version)
        .addAllSessions(List.of(sessions))
        .build();
  }

  static Delta delta(long epoch, long version, dev.ambit.proto.v1.SessionImage... changed) {
    return Delta.newBuilder()
        .setEpoch(epoch)
        .setVersion(version)
        .addAllChanged(List.of(changed))
        .build();
  }

  private static long version(Reading reading) {
    return next(reading).sessions().values().iterator().next().version();
  }

  private static SessionImage next(Reading reading) {
    assertThat(reading).isInstanceOf(Reading.Next.class);
    return ((Reading.Next) reading).image();
  }

  private static List<String> alarms(Reading reading) {
    return ((Reading.Next) reading).alarms();
  }
}
