package dev.ambit.control.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.control.credential.Orphans;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.testing.Desk;
import dev.ambit.control.testing.FakeTemplate;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A proxy that says nothing for 30 s is lost, once, and what it was given is revoked.
class PresenceTest {
  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final List<String> lost = new ArrayList<>();
  private Desk desk;
  private ProxyTable.Key proxy;
  private Presence presence;

  @BeforeEach
  void open() {
    desk = new Desk(folder.resolve("a.db"));
    proxy = new ProxyTable.Key(FakeTemplate.WORKLOAD, desk.ids.next());
    presence = presence((_, id) -> lost.add(id));
    desk.proxies.attached(proxy, "", desk.ids.next(), desk.clock.instant());
    presence.heard(proxy);
  }

  @AfterEach
  void close() {
    desk.close();
  }

  @Test
  void losesAProxyAfterThirtySecondsOfSilenceOnce() {
    pass(Presence.SILENCE_MAX.minusNanos(1));
    presence.tick();
    assertThat(lost).isEmpty();
    assertThat(presence.present(proxy)).isPresent();
    pass(Duration.ofNanos(1));
    presence.tick();
    presence.tick();
    assertThat(lost).containsExactly(proxy.id());
    assertThat(presence.present(proxy)).isEmpty();
    assertThat(desk.proxies.present()).isEmpty();
  }

  @Test
  void losesAProxyThatTookLeaveAtOnceUnlessItComesBack() {
    presence.left(proxy);
    assertThat(presence.present(proxy)).isEmpty();
    presence.heard(proxy);
    presence.tick();
    assertThat(lost).isEmpty();
    presence.left(proxy);
    presence.tick();
    presence.tick();
    assertThat(lost).containsExactly(proxy.id());
  }

  @Test
  void losesWhoTookLeaveFromAnEarlierRunAtOnce() {
    var boot = desk.proxies.present().getFirst().boot();
    var chains = new ProxyTable.Chains(boot, 1, 0);
    desk.proxies.detached(proxy, "another process", chains, desk.clock.instant());
    assertThat(desk.proxies.detached(proxy)).isEmpty();
    desk.proxies.detached(proxy, boot, chains, desk.clock.instant());
    assertThat(desk.proxies.detached(proxy)).contains(chains);
    var next = presence((_, id) -> lost.add(id));
    next.expect(desk.proxies.present());
    next.tick();
    assertThat(lost).containsExactly(proxy.id());
    desk.proxies.attached(proxy, "", boot, desk.clock.instant());
    assertThat(desk.proxies.detached(proxy)).isEmpty();
  }

  @Test
  void keepsWhoIsHeard() {
    pass(Presence.SILENCE_MAX.minusSeconds(1));
    presence.heard(proxy);
    pass(Duration.ofSeconds(29));
    presence.tick();
    assertThat(lost).isEmpty();
  }

  @Test
  void countsTheSilenceOfProxiesOfAnEarlierRunFromItsOwnStart() {
    var next = presence((_, id) -> lost.add(id));
    next.expect(desk.proxies.present());
    pass(Duration.ofSeconds(29));
    next.tick();
    assertThat(lost).isEmpty();
    pass(Duration.ofSeconds(1));
    next.tick();
    assertThat(lost).containsExactly(proxy.id());
  }

  @Test
  void tellsALossAgainAfterDyingBetweenTheRevocationAndTheMark() {
    var dying =
        presence((_, _) -> {
          throw new IllegalStateException("died here");
        });
    dying.heard(proxy);
    pass(Presence.SILENCE_MAX);
    assertThatThrownBy(dying::tick).hasMessage("died here");
    var next = presence((_, id) -> lost.add(id));
    next.expect(desk.proxies.present());
    pass(Presence.SILENCE_MAX);
    next.tick();
    assertThat(lost).containsExactly(proxy.id());
  }

  @Test
  void remembersThatALostProxyCameBack() {
    pass(Presence.SILENCE_MAX);
    presence.tick();
    desk.clock.advance(Presence.SILENCE_MAX);
    // On the stream it had: its network was gone, not its process.
    presence.heard(proxy);
    presence.tick();
    assertThat(presence.present(proxy)).isPresent();
    // A successor of this program waits for its lease, so it must know of it.
    assertThat(desk.proxies.present()).extracting(ProxyTable.Present::proxy).containsExactly(proxy);
  }

  private Presence presence(Orphans orphans) {
    return new Presence(desk.proxies, desk.table, orphans, desk.clock, nanos::get);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
