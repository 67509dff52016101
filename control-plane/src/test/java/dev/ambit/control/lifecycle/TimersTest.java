package dev.ambit.control.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.resources.FakeResources;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.testing.Desk;
import dev.ambit.control.testing.FakeTemplate;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Parsed;
import dev.ambit.resources.Policy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sessions end by themselves at the stated instants and for no other reason.
class TimersTest {
  private static final ProxyTable.Key PROXY =
      new ProxyTable.Key(FakeTemplate.WORKLOAD, "01JGGGGGGGGGGGGGGGGGGGGGG1");

  private static final Duration REPORT = Duration.ofSeconds(15);

  @TempDir Path folder;
  private Desk desk;
  private Timers timers;

  @BeforeEach
  void open() {
    desk = new Desk(folder.resolve("a.db"));
    timers =
        new Timers(desk.table, desk.sessions, desk.resources, KnownPods.NONE, REPORT, desk.clock);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void endsAtTheInstantOfExpiry() {
    var session = desk.open("solo").session();
    active(session, Duration.ofMinutes(25));
    desk.clock.advance(Duration.ofMinutes(30).minusMillis(1));
    timers.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.ACTIVE);
    desk.clock.advance(Duration.ofMillis(1));
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.EXPIRED);
    assertThat(desk.woken).containsExactly(session.id());
  }

  @Test
  void endsWhenNoCallWasMadeForTheIdleTime() {
    var session = desk.open("solo").session();
    active(session, Duration.ofMinutes(3));
    desk.clock.advance(Duration.ofMinutes(13).plus(REPORT).minusMillis(1));
    timers.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.ACTIVE);
    desk.clock.advance(Duration.ofMillis(1));
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.IDLE);
  }

  @Test
  void letsASuspendedSessionLieIdleAndCountsAnewWhenItIsResumed() throws Exception {
    var session = desk.open("solo").session();
    var id = session.id().value();
    var _ = desk.suspensions.suspend(Desk.OPENER, id, "");
    desk.clock.advance(Duration.ofMinutes(15));
    timers.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.SUSPENDED);
    var _ = desk.suspensions.resume(Desk.OPENER, id, "");
    desk.clock.advance(Duration.ofMinutes(10).plus(REPORT).minusMillis(1));
    timers.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.ACTIVE);
    desk.clock.advance(Duration.ofMillis(1));
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.IDLE);
  }

  @Test
  void endsASuspendedSessionAtTheInstantOfExpiry() throws Exception {
    var session = desk.open("solo").session();
    var _ = desk.suspensions.suspend(Desk.OPENER, session.id().value(), "");
    desk.clock.advance(Duration.ofMinutes(30));
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.EXPIRED);
  }

  @Test
  void endsASuspendedSessionWhenAllItsProxiesAreSilentForAMinute() throws Exception {
    var session = desk.open("solo").session();
    desk.proxies.attached(PROXY, "", "01JGGGGGGGGGGGGGGGGGGGGGG2", desk.clock.instant());
    var _ = desk.suspensions.suspend(Desk.OPENER, session.id().value(), "");
    desk.clock.advance(Duration.ofSeconds(60));
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.WORKLOAD_GONE);
  }

  @Test
  void takesActivityOnlyFromTheSessionsOwnWorkload() {
    var session = desk.open("solo").session();
    desk.table.active(
        Map.of(
            new SessionTable.Activity("spiffe://example.org/agents/other", session.id()),
            desk.clock.instant().plus(Duration.ofMinutes(9))));
    assertThat(now(session).lastActivity()).isEqualTo(session.lastActivity());
  }

  @Test
  void endsWhenAllItsProxiesAreSilentForAMinute() {
    var session = desk.open("solo").session();
    desk.proxies.attached(PROXY, "", "01JGGGGGGGGGGGGGGGGGGGGGG2", desk.clock.instant());
    desk.clock.advance(Duration.ofSeconds(59));
    timers.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.ACTIVE);
    desk.clock.advance(Duration.ofSeconds(1));
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.WORKLOAD_GONE);
  }

  @Test
  void countsSilenceFromItsOwnStart() {
    var session = desk.open("solo").session();
    desk.proxies.attached(PROXY, "", "01JGGGGGGGGGGGGGGGGGGGGGG2", desk.clock.instant());
    desk.clock.advance(Duration.ofMinutes(5));
    var restarted =
        new Timers(desk.table, desk.sessions, desk.resources, KnownPods.NONE, REPORT, desk.clock);
    restarted.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.ACTIVE);
    desk.clock.advance(Duration.ofSeconds(60));
    restarted.tick();
    assertThat(now(session).endReason()).contains(EndReason.WORKLOAD_GONE);
  }

  @Test
  void waitsForTheFirstProxyOfASession() {
    desk.proxies.attached(PROXY, "", "01JGGGGGGGGGGGGGGGGGGGGGG2", desk.clock.instant());
    desk.clock.advance(Duration.ofMinutes(2));
    var session = desk.open("solo").session();
    desk.clock.advance(Duration.ofMinutes(2));
    timers.tick();
    assertThat(now(session).state()).isEqualTo(SessionState.ACTIVE);
  }

  @Test
  void endsWhatAReloadedPolicyDoesNotAllowAnyMore() {
    var session = desk.open("solo").session();
    timers.tick();
    desk.folder.now("2", new Policy(Duration.ofMinutes(29), List.of()));
    desk.resources.reload();
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.POLICY_CHANGED);
    assertThat(now(session).endDetail()).contains("maxTtl");
  }

  @Test
  void endsWhatHoldsATargetThatBecameForbidden() {
    var session = desk.open("solo").session();
    var host = (Parsed.Ok<HostPattern>) HostPattern.parse("*.example.org");
    desk.folder.now("2", FakeResources.never(host.value()));
    desk.resources.reload();
    timers.tick();
    assertThat(now(session).endReason()).contains(EndReason.POLICY_CHANGED);
  }

  private void active(StoredSession session, Duration after) {
    desk.table.active(
        Map.of(
            new SessionTable.Activity(session.workload(), session.id()),
            session.openedAt().plus(after)));
  }

  private StoredSession now(StoredSession session) {
    return desk.table.find(session.id()).orElseThrow();
  }
}
