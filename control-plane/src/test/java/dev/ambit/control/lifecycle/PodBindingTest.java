package dev.ambit.control.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.Seat;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.PodSessionTable;
import dev.ambit.control.store.PodSessionTable.Whose;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.testing.Desk;
import dev.ambit.control.testing.FakeTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sessions that are for one pod.
class PodBindingTest {
  private static final Duration REPORT = Duration.ofSeconds(17);

  /// Pods that the API server knows and that live.
  private final Set<String> living = new HashSet<>(Set.of("pod-1", "pod-2"));

  private Desk desk;
  private Sessions sessions;

  @BeforeEach
  void open(@TempDir Path folder) {
    desk = new Desk(folder.resolve("ambit.db"));
    sessions =
        new Sessions(
            desk.table,
            desk.resources,
            desk,
            new Handles(new byte[32]),
            pods(),
            desk.ids,
            desk.clock);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void eachPodHasAnExclusiveSessionOfItsOwn() {
    var first = opened("pod-1");
    var second = opened("pod-2");
    assertThat(desk.table.snapshot(seat("pod-1")).sessions()).containsExactly(first);
    assertThat(desk.table.snapshot(seat("pod-2")).sessions()).containsExactly(second);
    assertThat(desk.table.snapshot(seat("")).sessions()).isEmpty();
  }

  @Test
  void aSecondExclusiveSessionOfAPodAndOneOfAllPodsAreRefused() {
    var first = opened("pod-1");
    assertThat(Desk.refused(sessions.open(Desk.OPENER, order("pod-1"))))
        .startsWith("CONFLICT workload.spiffe_id:")
        .contains(first.id().value());
    assertThat(Desk.refused(sessions.open(Desk.OPENER, desk.order("solo"))))
        .startsWith("CONFLICT workload.spiffe_id:");
  }

  @Test
  void aPodThatNobodyKnowsGetsNone() {
    assertThat(Desk.refused(sessions.open(Desk.OPENER, order("pod-9"))))
        .isEqualTo("INVALID workload.pod_uid: pod-9 (expected: a pod of the test)");
  }

  @Test
  void aTemplateOfAllPodsTakesNoPod() {
    var order = order("pod-1");
    var wrong =
        new OpenOrder(
            "solo",
            order.parameters(),
            order.workload(),
            "pod-1",
            order.task(),
            order.onBehalfOf(),
            order.context(),
            order.ttl(),
            "");
    assertThat(Desk.refused(sessions.open(Desk.OPENER, wrong)))
        .isEqualTo("INVALID workload.pod_uid: pod-1 (expected: none for a template with identity)");
  }

  @Test
  void aPodIsGoneWhenItsOwnProxyIsSilentAndTheApiServerDoesNotKnowItAlive() {
    var timers = new Timers(desk.table, sessions, desk.resources, pods(), REPORT, desk.clock);
    var first = opened("pod-1");
    var second = opened("pod-2");
    attach("pod-1");
    attach("pod-2");
    desk.clock.advance(Timers.SILENCE_MAX.plusSeconds(1));
    living.remove("pod-1");
    timers.tick();
    assertThat(desk.table.find(first.id()).orElseThrow().endReason())
        .contains(EndReason.WORKLOAD_GONE);
    assertThat(desk.table.find(second.id()).orElseThrow().endReason()).isEmpty();
  }

  @Test
  void whoseSessionItWasIsRememberedUntilTheReceiptIsTold() {
    var table = new PodSessionTable(desk.store);
    var first = opened("pod-1");
    assertThat(table.live())
        .containsExactly(new PodSessionTable.Live(first.id(), "pod-1", Optional.empty()));
    var whose = new Whose("pod-1", "agents", "report-x", "report");
    table.remember(first.id(), whose);
    table.remember(first.id(), new Whose("pod-1", "agents", "another", ""));
    assertThat(table.live())
        .containsExactly(new PodSessionTable.Live(first.id(), "pod-1", Optional.of(whose)));

    assertThat(sessions.end(first.id(), EndReason.COMPLETED, "")).isTrue();
    assertThat(table.live()).isEmpty();
    assertThat(table.untold()).isEmpty();
    desk.table.close(first.id(), ByteString.copyFromUtf8("{}"), desk.clock.instant());
    assertThat(table.untold())
        .containsExactly(new PodSessionTable.Untold(first.id(), EndReason.COMPLETED, whose));
    table.told(first.id());
    assertThat(table.untold()).isEmpty();
  }

  private void attach(String pod) {
    desk.proxies.attached(
        new ProxyTable.Key(FakeTemplate.WORKLOAD, desk.ids.next()),
        pod,
        desk.ids.next(),
        desk.clock.instant());
  }

  private StoredSession opened(String pod) {
    return Desk.given(sessions.open(Desk.OPENER, order(pod))).session();
  }

  private OpenOrder order(String pod) {
    var order = desk.order("pod");
    return new OpenOrder(
        order.template(),
        order.parameters(),
        order.workload(),
        pod,
        order.task(),
        order.onBehalfOf(),
        order.context(),
        order.ttl(),
        "");
  }

  private static Seat seat(String pod) {
    return new Seat(FakeTemplate.WORKLOAD, pod);
  }

  private KnownPods pods() {
    return new KnownPods() {
      @Override
      public Optional<Refusal> unusable(Seat seat) {
        return living.contains(seat.pod())
            ? Optional.empty()
            : Optional.of(
                Refusal.of(
                    Refusal.Kind.INVALID, "workload.pod_uid", seat.pod(), "a pod of the test"));
      }

      @Override
      public boolean anyLives(Seat seat) {
        return living.contains(seat.pod());
      }
    };
  }
}
