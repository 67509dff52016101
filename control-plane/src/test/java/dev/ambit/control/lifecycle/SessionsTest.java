package dev.ambit.control.lifecycle;

import static dev.ambit.control.testing.Desk.OPENER;
import static dev.ambit.control.testing.Desk.OPERATOR;
import static dev.ambit.control.testing.Desk.given;
import static dev.ambit.control.testing.Desk.refused;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession.Task;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.testing.Desk;
import dev.ambit.control.testing.FakeTemplate;
import dev.ambit.control.testing.ManualTime;
import dev.ambit.envelope.SessionFacts;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Callers open, see, extend and close exactly what they may.
class SessionsTest {
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
  void freezesTheEnvelopeOfTheTemplate() throws Exception {
    var session = desk.open("solo").session();
    assertThat(session.state()).isEqualTo(SessionState.ACTIVE);
    assertThat(session.version()).isPositive();
    assertThat(session.expiresAt()).isEqualTo(ManualTime.NOON.plus(Duration.ofMinutes(30)));
    assertThat(session.latestExpiry()).isEqualTo(ManualTime.NOON.plus(Duration.ofHours(2)));
    assertThat(Sessions.envelope(session).expiresAt()).isEqualTo(session.expiresAt());
    var sha = MessageDigest.getInstance("SHA-256").digest(session.envelope().toByteArray());
    assertThat(session.digest()).isEqualTo(HexFormat.of().formatHex(sha));
    assertThat(desk.budgets.balances(session.id())).containsOnlyKeys("", "read");
  }

  @Test
  void namesTheFieldThatIsWrong() {
    assertThat(refused(desk.sessions.open(OPENER, desk.order("none"))))
        .isEqualTo("INVALID template: none (expected: the name of a SessionTemplate)");
    assertThat(refused(desk.sessions.open(OPENER, desk.order(""))))
        .isEqualTo("INVALID template: none (expected: a value)");
    assertThat(refused(desk.sessions.open(OPENER, desk.order("pod"))))
        .startsWith("INVALID binding: pod (expected: identity");
    assertThat(refused(desk.sessions.open(OPENER, workload("spiffe://example.org/other"))))
        .startsWith("INVALID workload.spiffe_id: spiffe://example.org/other (expected: ");
    assertThat(refused(desk.sessions.open(OPENER, ttl(Duration.ofMillis(5)))))
        .isEqualTo("INVALID ttl: 5ms (expected: at least 1s)");
    assertThat(refused(desk.sessions.open(OPENER, ttl(Duration.ofHours(1)))))
        .startsWith("INVALID PT1H (expected: at most PT30M)");
  }

  @Test
  void refusesAnOpenerThatTheTemplateDoesNotAdmit() {
    assertThat(refused(desk.sessions.open(STRANGER, desk.order("solo"))))
        .startsWith("FORBIDDEN template: solo (expected: one whose openers admit");
  }

  @Test
  void neverRepeatsWhatACallerWroteUnescaped() {
    assertThat(refused(desk.sessions.open(OPENER, desk.order("a\u001b[31m\nb"))))
        .startsWith("INVALID template: a?[31m?b (");
  }

  @Test
  void returnsTheSameSessionForTheSameKey() {
    var first = given(desk.sessions.open(OPENER, desk.order("shared", "k")));
    var again = given(desk.sessions.open(OPENER, desk.order("shared", "k")));
    assertThat(again).isEqualTo(first);
    assertThat(refused(desk.sessions.open(OPENER, desk.order("solo", "k"))))
        .startsWith("CONFLICT idempotency_key: k (expected: ");
    var other = given(desk.sessions.open(OPERATOR, desk.order("shared", "k")));
    assertThat(other.session().id()).isNotEqualTo(first.session().id());
  }

  @Test
  void tellsTheHandleAgainUntilTheSessionIsClosed() {
    var opened = given(desk.sessions.open(OPENER, desk.order("shared", "k")));
    var id = opened.session().id();
    assertThat(opened.handle()).hasSize(43);
    assertThat(desk.table.end(id, EndReason.COMPLETED, "", desk.clock.instant())).isTrue();
    assertThat(given(desk.sessions.open(OPENER, desk.order("shared", "k"))).handle())
        .isEqualTo(opened.handle());
    assertThat(desk.table.close(id, ByteString.EMPTY, desk.clock.instant())).isTrue();
    assertThat(given(desk.sessions.open(OPENER, desk.order("shared", "k"))).handle()).isEmpty();
  }

  @Test
  void storesOnlyTheDigestOfAHandle() throws Exception {
    var opened = desk.open("shared");
    var sha =
        MessageDigest.getInstance("SHA-256")
            .digest(opened.handle().getBytes(StandardCharsets.US_ASCII));
    assertThat(opened.session().handleDigest()).isEqualTo(HexFormat.of().formatHex(sha));
    assertThat(opened.session().toString()).doesNotContain(opened.handle());
  }

  @Test
  void refusesAnotherSessionBesideAnExclusiveOne() {
    var first = desk.open("solo").session();
    assertThat(refused(desk.sessions.open(OPENER, desk.order("solo"))))
        .startsWith("CONFLICT workload.spiffe_id: ")
        .contains(first.id().value());
    assertThat(refused(desk.sessions.open(OPENER, desk.order("shared")))).startsWith("CONFLICT");
    assertThat(desk.sessions.end(first.id(), EndReason.COMPLETED, "")).isTrue();
    assertThat(desk.open("solo").session().state()).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void opensByHandleSessionsBesideEachOtherUpToTheBound() {
    for (var i = 0; i < SessionTable.LIVE_MAX; i++) {
      desk.open("shared");
    }
    assertThat(refused(desk.sessions.open(OPENER, desk.order("shared"))))
        .startsWith("FULL workload.spiffe_id")
        .contains("at most 256 sessions");
  }

  @Test
  void showsASessionToItsOpenerAndToOperatorsAndToNobodyElse() {
    var id = desk.open("solo").session().id().value();
    assertThat(given(desk.sessions.get(OPENER, id)).id().value()).isEqualTo(id);
    assertThat(given(desk.sessions.get(OPERATOR, id)).id().value()).isEqualTo(id);
    assertThat(refused(desk.sessions.get(STRANGER, id))).startsWith("UNKNOWN session_id");
    assertThat(refused(desk.sessions.get(OPENER, "nonsense"))).startsWith("UNKNOWN session_id");
    assertThat(desk.sessions.list(STRANGER, Optional.empty(), "", "", 10)).isEmpty();
    assertThat(desk.sessions.list(OPERATOR, Optional.empty(), "", "", 10)).hasSize(1);
  }

  @Test
  void pagesNewestFirst() {
    var first = desk.open("shared").session();
    desk.clock.advance(Duration.ofMillis(5));
    var second = desk.open("shared").session();
    var page = desk.sessions.list(OPENER, Optional.of(SessionState.ACTIVE), "shared", "", 1);
    assertThat(page).containsExactly(second);
    assertThat(desk.sessions.list(OPENER, Optional.empty(), "", second.id().value(), 10))
        .containsExactly(first);
  }

  @Test
  void extendsUpToTheMaxTtlOfTheOpeningAndNoFurther() {
    var session = desk.open("solo").session();
    desk.clock.advance(Duration.ofMinutes(20));
    var id = session.id().value();
    var extended = given(desk.sessions.extend(OPENER, id, Duration.ofMinutes(60)));
    assertThat(extended.expiresAt()).isEqualTo(ManualTime.NOON.plus(Duration.ofMinutes(80)));
    assertThat(extended.version()).isGreaterThan(session.version());
    assertThat(extended.digest()).isNotEqualTo(session.digest());
    assertThat(Sessions.envelope(extended).expiresAt()).isEqualTo(extended.expiresAt());
    assertThat(refused(desk.sessions.extend(OPENER, id, Duration.ofMinutes(101))))
        .startsWith("INVALID ttl: 6060s (expected: at most 6000s");
    assertThat(refused(desk.sessions.extend(OPENER, id, Duration.ofMinutes(5))))
        .startsWith("INVALID ttl: 300s (expected: more than");
    assertThat(refused(desk.sessions.extend(OPERATOR, id, Duration.ofMinutes(90))))
        .startsWith("FORBIDDEN session_id");
  }

  @Test
  void extendsOnlyWhatIsActive() {
    var session = desk.open("solo").session();
    assertThat(desk.sessions.end(session.id(), EndReason.EXPIRED, "")).isTrue();
    assertThat(refused(desk.sessions.extend(OPENER, session.id().value(), Duration.ofHours(1))))
        .isEqualTo("CONFLICT state: CLOSING (expected: ACTIVE)");
  }

  @Test
  void closesOnceAndWakesItsClosure() throws Exception {
    var session = desk.open("solo").session();
    var id = session.id().value();
    var closing = given(desk.sessions.close(OPERATOR, id, true, "leaked"));
    assertThat(closing.state()).isEqualTo(SessionState.CLOSING);
    assertThat(closing.endReason()).contains(EndReason.REVOKED);
    assertThat(closing.endDetail()).isEqualTo("by bootstrap: leaked");
    assertThat(given(desk.sessions.close(OPENER, id, false, ""))).isEqualTo(closing);
    assertThat(desk.woken).containsExactly(session.id());
  }

  @Test
  void freezesWhatIsSaidOfTheSessionIntoItsEnvelope() {
    assertThat(Sessions.envelope(desk.open("solo").session()).facts())
        .isEqualTo(
            new SessionFacts(
                "ticket-7", "fix the build", "maria", Map.of(), Map.of("case_state", "open")));
  }

  @Test
  void refusesAContextOutOfBounds() {
    assertThat(refused(desk.sessions.open(OPENER, context(Map.of("case state", "open")))))
        .isEqualTo("INVALID context: no name (expected: a letter, then letters, digits, _)");
    assertThat(refused(desk.sessions.open(OPENER, context(Map.of("state", "x".repeat(1_025))))))
        .isEqualTo("INVALID context.state: 1025 characters (expected: at most 1024)");
    var many = new HashMap<String, String>();
    for (var i = 0; i <= SessionFacts.CONTEXT_MAX; i++) {
      many.put("fact" + i, "");
    }
    assertThat(refused(desk.sessions.open(OPENER, context(many))))
        .isEqualTo("INVALID context: 33 values (expected: at most 32)");
  }

  @Test
  void theSameKeyInAnotherContextIsAnotherRequest() {
    assertThat(context(Map.of("state", "open")).digest())
        .isNotEqualTo(context(Map.of("state", "closed")).digest());
  }

  @Test
  void wantsToKnowWhyASessionIsRevoked() throws Exception {
    var id = desk.open("solo").session().id().value();
    assertThat(refused(desk.sessions.close(OPENER, id, true, " ")))
        .isEqualTo("INVALID detail: none (expected: why the session is revoked)");
    assertThat(refused(desk.sessions.close(STRANGER, id, false, ""))).startsWith("UNKNOWN");
  }

  private static OpenOrder context(Map<String, String> context) {
    return new OpenOrder(
        "solo",
        Map.of(),
        FakeTemplate.WORKLOAD,
        "",
        new Task("", "", ""),
        "",
        context,
        Optional.empty(),
        "");
  }

  private OpenOrder workload(String id) {
    return new OpenOrder(
        "solo", Map.of(), id, "", new Task("", "", ""), "", Map.of(), Optional.empty(), "");
  }

  private OpenOrder ttl(Duration ttl) {
    return new OpenOrder(
        "solo",
        Map.of(),
        FakeTemplate.WORKLOAD,
        "",
        new Task("", "", ""),
        "",
        Map.of(),
        Optional.of(ttl),
        "");
  }
}
