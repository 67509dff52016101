package dev.ambit.proxy.identify;

import static dev.ambit.proxy.testing.Samples.ONE;
import static dev.ambit.proxy.testing.Samples.THREE;
import static dev.ambit.proxy.testing.Samples.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.proxy.model.Connection;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import dev.ambit.proxy.testing.Samples;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A call belongs to exactly one session, or to none.
class SessionsTest {
  private static final String URL = "https://api.good.test/v1/items/7";
  private static final Session EXCLUSIVE = Samples.session(ONE, 1);
  private static final Session RUN_A = Samples.byHandle(TWO, "handle-a");
  private static final Session RUN_B = Samples.byHandle(THREE, "handle-b");

  private final Connection connection = new Connection();
  private boolean lease = true;
  private long nanos;

  @Test
  void refusesEverythingWithoutALease() {
    lease = false;
    assertThat(said(Samples.image(EXCLUSIVE))).isEqualTo("lease_lost");
  }

  @Test
  void findsTheExclusiveSession() {
    assertThat(said(Samples.image(EXCLUSIVE))).isEqualTo(ONE.value());
  }

  @Test
  void findsNoneWhereThereIsNone() {
    assertThat(said(Samples.image())).isEqualTo("no_session");
  }

  @Test
  void refusesTwoExclusiveOnes() {
    assertThat(said(Samples.image(EXCLUSIVE, Samples.session(TWO, 1))))
        .isEqualTo("session_ambiguous");
  }

  @Test
  void takesNoExpiredSessionForARivalOfALiveOne() {
    var next = session(TWO, false, EXCLUSIVE.deadlineNanos() + 1);
    nanos = EXCLUSIVE.deadlineNanos();
    assertThat(said(Samples.image(EXCLUSIVE, next))).isEqualTo(TWO.value());
    nanos++;
    assertThat(said(Samples.image(EXCLUSIVE, next))).isEqualTo("session_ambiguous");
    assertThat(said(Samples.image(next))).isEqualTo("session_expired");
  }

  @Test
  void takesNoSuspendedSessionForARivalOfAnActiveOne() {
    var suspended = session(ONE, true, Long.MAX_VALUE);
    var image = Samples.image(suspended, Samples.session(TWO, 1));
    assertThat(said(image)).isEqualTo(TWO.value());
    assertThat(said(image, pinnedTo(ONE))).isEqualTo("session_ambiguous");
    assertThat(said(Samples.image(suspended, session(TWO, true, Long.MAX_VALUE))))
        .isEqualTo("session_ambiguous");
  }

  @Test
  void givesNoLiveSessionToTheConnectionOfAnExpiredOne() {
    nanos = EXCLUSIVE.deadlineNanos();
    var image = Samples.image(EXCLUSIVE, session(TWO, false, EXCLUSIVE.deadlineNanos() + 1));
    assertThat(said(image, pinnedTo(ONE))).isEqualTo("session_expired");
    assertThat(said(image, new Connection())).isEqualTo(TWO.value());
  }

  @Test
  void findsEachSessionByItsHandle() {
    var image = Samples.image(RUN_A, RUN_B);
    assertThat(said(image, new Connection(), "handle-a")).isEqualTo(TWO.value());
    assertThat(said(image, new Connection(), "handle-b")).isEqualTo(THREE.value());
  }

  @Test
  void refusesACallWithoutHandleEvenWhenOnlyOneSessionIsActive() {
    assertThat(said(Samples.image(RUN_A))).isEqualTo("no_session");
  }

  @Test
  void refusesAWrongHandleAlsoBesideAnExclusiveSession() {
    assertThat(said(Samples.image(RUN_A), new Connection(), "wrong"))
        .isEqualTo("session_ambiguous");
    assertThat(said(Samples.image(EXCLUSIVE), new Connection(), "wrong"))
        .isEqualTo("session_ambiguous");
  }

  @Test
  void refusesADuplicatedHandleEvenWhenBothAreRight() {
    assertThat(said(Samples.image(RUN_A), new Connection(), "handle-a", "handle-a"))
        .isEqualTo("session_ambiguous");
  }

  @Test
  void refusesASecondSessionOnOneConnection() {
    var image = Samples.image(RUN_A, RUN_B);
    assertThat(said(image, connection, "handle-a")).isEqualTo(TWO.value());
    assertThat(said(image, connection, "handle-b")).isEqualTo("session_ambiguous");
    assertThat(said(image, connection, "handle-a")).isEqualTo(TWO.value());
  }

  @Test
  void findsWhoseARefusalIsWithoutPinningTheConnection() {
    var sessions =
        new Sessions(() -> Samples.image(EXCLUSIVE, RUN_A, RUN_B), () -> lease, () -> nanos);
    assertThat(sessions.owner(List.of(), connection)).contains(EXCLUSIVE);
    assertThat(sessions.owner(List.of("handle-b"), connection)).contains(RUN_B);
    assertThat(sessions.owner(List.of("wrong"), connection)).isEmpty();
    assertThat(sessions.owner(List.of("handle-a", "handle-b"), connection)).isEmpty();
    assertThat(connection.pinned()).isNull();
    assertThat(connection.pin(TWO)).isTrue();
    assertThat(sessions.owner(List.of("handle-b"), connection)).isEmpty();
  }

  @Test
  void tellsWhyASessionEnded() {
    assertThat(said(ended(Reason.SESSION_ENDED, ""))).isEqualTo("session_ended");
    assertThat(said(ended(Reason.SESSION_EXPIRED, ""))).isEqualTo("session_expired");
    assertThat(said(ended(Reason.SESSION_IDLE, ""))).isEqualTo("session_idle");
  }

  @Test
  void knowsTheHandleOfAnEndedSession() {
    var image = ended(Reason.SESSION_IDLE, Samples.sha256("handle-a"));
    assertThat(said(image, new Connection(), "handle-a")).isEqualTo("session_idle");
    assertThat(said(image, new Connection(), "handle-b")).isEqualTo("session_ambiguous");
    assertThat(said(image)).isEqualTo("no_session");
  }

  @Test
  void givesNoLaterSessionToTheConnectionOfAnEndedOne() {
    assertThat(said(Samples.image(EXCLUSIVE))).isEqualTo(ONE.value());
    var next =
        new SessionImage(
            1,
            2,
            Map.of(TWO, Samples.session(TWO, 2)),
            Map.of(ONE, new Tombstone(Reason.SESSION_ENDED, "")));
    assertThat(said(next)).isEqualTo("session_ended");
    assertThat(said(next, new Connection())).isEqualTo(TWO.value());
  }

  @Test
  void refusesASuspendedSession() {
    var suspended =
        Samples.session(Samples.envelope(ONE, Sharing.EXCLUSIVE), 1, true, Long.MAX_VALUE, "");
    assertThat(said(Samples.image(suspended))).isEqualTo("session_suspended");
  }

  @Test
  void refusesAtTheInstantTheSessionExpires() {
    nanos = EXCLUSIVE.deadlineNanos() - 1;
    assertThat(said(Samples.image(EXCLUSIVE))).isEqualTo(ONE.value());
    nanos++;
    assertThat(said(Samples.image(EXCLUSIVE))).isEqualTo("session_expired");
  }

  private static Session session(SessionId id, boolean suspended, long deadlineNanos) {
    return Samples.session(
        Samples.envelope(id, Sharing.EXCLUSIVE), 1, suspended, deadlineNanos, "");
  }

  private static Connection pinnedTo(SessionId id) {
    var connection = new Connection();
    assertThat(connection.pin(id)).isTrue();
    return connection;
  }

  private static SessionImage ended(Reason reason, String handleDigest) {
    return new SessionImage(1, 2, Map.of(), Map.of(ONE, new Tombstone(reason, handleDigest)));
  }

  private String said(SessionImage image) {
    return said(image, connection);
  }

  private String said(SessionImage image, Connection by, String... handles) {
    var sessions = new Sessions(() -> image, () -> lease, () -> nanos);
    return switch (sessions.identify(Samples.arrival(URL, by, handles))) {
      case Outcome.Proceed<SessionCall>(var found) -> found.session().id().value();
      case Outcome.Refuse<SessionCall>(var denial) -> denial.reason().code();
      case Outcome.Fail<SessionCall>(var failure) -> failure.detail();
    };
  }
}
