package dev.ambit.control.lifecycle;

import static dev.ambit.control.testing.Desk.OPENER;
import static dev.ambit.control.testing.Desk.OPERATOR;
import static dev.ambit.control.testing.Desk.given;
import static dev.ambit.control.testing.Desk.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.Changes;
import dev.ambit.control.testing.Desk;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.SessionAction;
import dev.ambit.proto.v1.SessionEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A session is stopped by whoever may end it and affirmed by its opener alone.
class SuspensionsTest {
  private static final Caller STRANGER = new Caller.Workload("spiffe://example.org/stranger");

  @TempDir Path folder;
  private Desk desk;

  @BeforeEach
  void open() {
    desk = new Desk(folder.resolve("a.db"));
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void suspendsAndSaysWhoAndWhyAndSinceWhen() throws Exception {
    var session = desk.open("solo").session();
    var suspended = suspended(session, OPENER, "the ticket is unclear");
    assertThat(suspended.state()).isEqualTo(SessionState.SUSPENDED);
    assertThat(suspended.suspension())
        .contains(
            new Suspension(
                Suspension.Reason.REQUESTED,
                "by " + OPENER.name() + ": the ticket is unclear",
                desk.clock.instant()));
    assertThat(suspended.version()).isGreaterThan(session.version());
    assertThat(suspended.digest()).isEqualTo(session.digest());
  }

  @Test
  void returnsWhenEveryProxyHasCutAtTheVersionOfTheSuspension() throws Exception {
    var suspended = suspended(desk.open("solo").session(), OPENER, "");
    assertThat(desk.awaited).containsExactly(suspended.version());
  }

  @Test
  void tellsTheProxiesInTheSameTransaction() throws Exception {
    var session = desk.open("solo").session();
    var hurried = new ArrayList<String>();
    desk.store.onChange(() -> hurried.add("changed"));
    var suspended = suspended(session, OPENER, "");
    var resumed = given(desk.suspensions.resume(OPENER, session.id().value(), ""));
    assertThat(new Changes(desk.store).after(session.version()).version())
        .isEqualTo(resumed.version());
    assertThat(resumed.version()).isGreaterThan(suspended.version());
    assertThat(hurried).hasSize(2);
  }

  @Test
  void letsTheOperatorSuspendAndTheOpenerAloneResume() throws Exception {
    var session = desk.open("solo").session();
    suspended(session, OPERATOR, "it looks odd");
    var id = session.id().value();
    assertThat(refused(desk.suspensions.resume(OPERATOR, id, "")))
        .startsWith("FORBIDDEN session_id: " + id + " (expected: a session of the opener)");
    assertThat(refused(desk.suspensions.resume(STRANGER, id, ""))).startsWith("UNKNOWN session_id");
    assertThat(refused(desk.suspensions.suspend(STRANGER, id, "")))
        .startsWith("UNKNOWN session_id");
    assertThat(now(session).state()).isEqualTo(SessionState.SUSPENDED);
    var resumed = given(desk.suspensions.resume(OPENER, id, "asked the team"));
    assertThat(resumed.state()).isEqualTo(SessionState.ACTIVE);
    assertThat(resumed.suspension()).isEmpty();
  }

  @Test
  void changesNothingWhenItIsAlreadySo() throws Exception {
    var session = desk.open("solo").session();
    var id = session.id().value();
    assertThat(given(desk.suspensions.resume(OPENER, id, ""))).isEqualTo(now(session));
    assertThat(now(session).version()).isEqualTo(session.version());
    var first = suspended(session, OPENER, "first");
    assertThat(suspended(session, OPERATOR, "second")).isEqualTo(first);
    assertThat(events(session)).hasSize(1);
  }

  @Test
  void writesEveryMoveIntoTheControlPlanesOwnChain() throws Exception {
    var session = desk.open("solo").session();
    suspended(session, OPERATOR, "odd");
    var _ = given(desk.suspensions.resume(OPENER, session.id().value(), "fine"));
    assertThat(events(session))
        .containsExactly(
            SessionEvent.newBuilder()
                .setAction(SessionAction.SESSION_ACTION_SUSPEND)
                .setBy("bootstrap")
                .setDetail("odd")
                .build(),
            SessionEvent.newBuilder()
                .setAction(SessionAction.SESSION_ACTION_RESUME)
                .setBy(OPENER.name())
                .setDetail("fine")
                .build());
  }

  @Test
  void closesFromSuspendedAndKeepsWhyItWas() throws Exception {
    var session = desk.open("solo").session();
    suspended(session, OPENER, "odd");
    var ended = given(desk.sessions.close(OPENER, session.id().value(), true, "it was odd indeed"));
    assertThat(ended.endReason()).contains(EndReason.REVOKED);
    assertThat(ended.suspension()).isPresent();
    assertThat(desk.table.close(session.id(), ByteString.EMPTY, desk.clock.instant())).isTrue();
  }

  @Test
  void refusesWhatHasEnded() throws Exception {
    var session = desk.open("solo").session();
    assertThat(desk.table.end(session.id(), EndReason.COMPLETED, "", desk.clock.instant()))
        .isTrue();
    var id = session.id().value();
    assertThat(refused(desk.suspensions.suspend(OPENER, id, "")))
        .isEqualTo("CONFLICT state: CLOSING (expected: ACTIVE or SUSPENDED)");
    assertThat(refused(desk.suspensions.resume(OPENER, id, "")))
        .isEqualTo("CONFLICT state: CLOSING (expected: SUSPENDED or ACTIVE)");
  }

  @Test
  void neverResumesFromTheInstantOfExpiryOn() throws Exception {
    var session = desk.open("solo").session();
    suspended(session, OPENER, "");
    desk.clock.advance(Duration.ofMinutes(30));
    assertThat(refused(desk.suspensions.resume(OPENER, session.id().value(), "")))
        .isEqualTo("CONFLICT state: SUSPENDED (expected: one that has not expired)");
  }

  @Test
  void extendsOnlyWhatIsActive() throws Exception {
    var session = desk.open("solo").session();
    suspended(session, OPENER, "");
    assertThat(refused(desk.sessions.extend(OPENER, session.id().value(), Duration.ofHours(1))))
        .isEqualTo("CONFLICT state: SUSPENDED (expected: ACTIVE)");
  }

  @Test
  void holdsTheBoundOfItsWords() throws Exception {
    var session = desk.open("solo").session();
    var id = session.id().value();
    var long1 = "x".repeat(1_025);
    var expected = "INVALID detail: 1025-characters (expected: at most 1024 characters)";
    assertThat(refused(desk.suspensions.suspend(OPENER, id, long1))).isEqualTo(expected);
    assertThat(refused(desk.suspensions.resume(OPENER, id, long1))).isEqualTo(expected);
    var most = suspended(session, OPENER, "x".repeat(1_024));
    assertThat(most.suspension().orElseThrow().detail()).hasSize(1_024);
  }

  private StoredSession suspended(StoredSession session, Caller by, String why)
      throws InterruptedException {
    return given(desk.suspensions.suspend(by, session.id().value(), why));
  }

  private StoredSession now(StoredSession session) {
    return desk.table.find(session.id()).orElseThrow();
  }

  private List<SessionEvent> events(StoredSession session) throws InvalidProtocolBufferException {
    var events = new ArrayList<SessionEvent>();
    for (var row : desk.audit.list(session.id().value(), 0, 100)) {
      events.add(AuditRecord.parseFrom(row.record()).getSessionEvent());
    }
    return events;
  }
}
