package dev.ambit.control.lifecycle;

import static dev.ambit.control.testing.Desk.OPENER;
import static dev.ambit.control.testing.Desk.OPERATOR;
import static dev.ambit.control.testing.Desk.given;
import static dev.ambit.control.testing.Desk.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.SuspensionTable;
import dev.ambit.control.store.SuspensionTable.Changing;
import dev.ambit.control.testing.Desk;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.SessionAction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The opener says what has changed around a session; template `strict` suspends when `user` or
/// `case_state` does.
class ContextsTest {
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
  void makesANewVersionOfTheEnvelopeAndWaitsUntilItIsInForce() throws Exception {
    var session = desk.open("solo").session();
    var changed = updated(session, Map.of("case_state", "open", "shift", "night"));
    assertThat(Sessions.envelope(changed).facts().context())
        .containsExactly(Map.entry("case_state", "open"), Map.entry("shift", "night"));
    assertThat(changed.version()).isGreaterThan(session.version());
    assertThat(changed.digest())
        .isEqualTo(HexFormat.of().formatHex(EnvelopeCodec.digest(changed.envelope().toByteArray())))
        .isNotEqualTo(session.digest());
    assertThat(changed.state()).isEqualTo(SessionState.ACTIVE);
    assertThat(changed.expiresAt()).isEqualTo(session.expiresAt());
    assertThat(desk.awaited).containsExactly(changed.version());
  }

  @Test
  void keepsWhatIsNotNamedAndRemovesWhatBecomesEmpty() throws Exception {
    var session = desk.open("solo").session();
    var _ = updated(session, Map.of("case_state", "open", "shift", "night"));
    var changed = updated(session, Map.of("shift", "", "user", "maria"));
    assertThat(Sessions.envelope(changed).facts().context())
        .containsExactly(Map.entry("case_state", "open"), Map.entry("user", "maria"));
  }

  @Test
  void makesNoVersionWhereNothingChanges() throws Exception {
    var session = desk.open("strict").session();
    assertThat(updated(session, Map.of("user", ""))).isEqualTo(session);
    assertThat(desk.awaited).isEmpty();
  }

  @Test
  void suspendsWhenAKeyOfSuspendOnChangesUntilTheOpenerAffirms() throws Exception {
    var session = desk.open("strict").session();
    assertThat(updated(session, Map.of("shift", "night")).state()).isEqualTo(SessionState.ACTIVE);
    var changed = updated(session, Map.of("case_state", "closed", "shift", "day"));
    assertThat(changed.state()).isEqualTo(SessionState.SUSPENDED);
    assertThat(changed.suspension())
        .contains(
            new Suspension(
                Suspension.Reason.CONTEXT_CHANGED,
                "context changed: case_state",
                desk.clock.instant()));
    assertThat(desk.awaited.getLast()).isEqualTo(changed.version());
    // What is set right while it is suspended does not affirm it.
    var again = updated(session, Map.of("case_state", "open"));
    assertThat(again.state()).isEqualTo(SessionState.SUSPENDED);
    assertThat(again.suspension()).isEqualTo(changed.suspension());
    var resumed = given(desk.suspensions.resume(OPENER, session.id().value(), "looked at it"));
    assertThat(resumed.state()).isEqualTo(SessionState.ACTIVE);
    assertThat(Sessions.envelope(resumed).facts().context()).containsEntry("case_state", "open");
  }

  @Test
  void writesTheKeysIntoTheControlPlanesOwnChainAndNeverTheValues() throws Exception {
    var session = desk.open("strict").session();
    var _ = updated(session, Map.of("user", "secret-person", "shift", "night"));
    var said = new ArrayList<String>();
    for (var row : desk.audit.list(session.id().value(), 0, 10)) {
      var event = AuditRecord.parseFrom(row.record()).getSessionEvent();
      said.add(event.getAction() + " " + event.getBy() + " " + event.getDetail());
    }
    assertThat(said)
        .containsExactly(
            SessionAction.SESSION_ACTION_UPDATE_CONTEXT + " " + OPENER.name() + " shift, user",
            SessionAction.SESSION_ACTION_SUSPEND + "  context changed: user");
  }

  @Test
  void takesNoChangeFromAnyoneButTheOpener() throws Exception {
    var session = desk.open("solo").session();
    var id = session.id().value();
    assertThat(refused(desk.contexts.update(OPERATOR, id, Map.of("user", "eve"))))
        .startsWith("FORBIDDEN session_id: " + id + " (expected: a session of the opener)");
    assertThat(desk.table.end(session.id(), EndReason.COMPLETED, "", desk.clock.instant()))
        .isTrue();
    assertThat(refused(desk.contexts.update(OPENER, id, Map.of("user", "eve"))))
        .isEqualTo("CONFLICT state: CLOSING (expected: ACTIVE or SUSPENDED)");
  }

  @Test
  void holdsTheBoundsOfTheContext() throws Exception {
    var session = desk.open("solo").session();
    var id = session.id().value();
    assertThat(refused(desk.contexts.update(OPENER, id, Map.of())))
        .isEqualTo("INVALID changes: 0 values (expected: 1 to 32)");
    var many = new HashMap<String, String>();
    // One is there from the opening.
    for (var i = 0; i < 31; i++) {
      many.put("k" + i, "v");
    }
    assertThat(Sessions.envelope(updated(session, many)).facts().context()).hasSize(32);
    assertThat(refused(desk.contexts.update(OPENER, id, Map.of("one_more", "v"))))
        .isEqualTo("INVALID context: 33 values (expected: at most 32)");
    many.put("one_more", "v");
    many.put("another", "v");
    assertThat(refused(desk.contexts.update(OPENER, id, many)))
        .isEqualTo("INVALID changes: 33 values (expected: 1 to 32)");
    assertThat(refused(desk.contexts.update(OPENER, id, Map.of("k1", "x".repeat(1_025)))))
        .startsWith("INVALID context.k1: 1025 characters");
    assertThat(refused(desk.contexts.update(OPENER, id, Map.of("k1", "", "no name", "v"))))
        .startsWith("INVALID context: no name");
  }

  @Test
  void neverGrowsTheEnvelopesOfAWorkloadBeyondWhatAProxyTakes() {
    var session = desk.open("shared").session();
    var other = desk.open("shared").session();
    var left = SessionTable.LIVE_BYTES_MAX - other.envelope().size();
    assertThat(changed(session, left + 1)).isEqualTo(Changing.FULL);
    assertThat(changed(session, left)).isEqualTo(Changing.DONE);
  }

  @Test
  void changesNothingOfWhatSomebodyElseChangedMeanwhile() throws Exception {
    var session = desk.open("solo").session();
    var _ = updated(session, Map.of("user", "maria"));
    assertThat(changed(session, 2)).isEqualTo(Changing.STALE);
  }

  private Changing changed(StoredSession session, int bytes) {
    var next = new SuspensionTable.Next(ByteString.copyFrom(new byte[bytes]), "ab".repeat(32));
    var at = desk.clock.instant();
    return desk.suspending.change(session, next, Optional.empty(), "me", "user", at);
  }

  private StoredSession updated(StoredSession session, Map<String, String> changes)
      throws InterruptedException {
    return given(desk.contexts.update(OPENER, session.id().value(), changes));
  }
}
