package dev.ambit.proxy.trust;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.transport.Alpn;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Leaves are minted once per host, kept within a bound, and renewed before they expire.
class LeavesTest {
  @TempDir Path dir;

  private final AtomicReference<Instant> now =
      new AtomicReference<>(InstantSource.system().instant());

  @Test
  void mintsEachHostOnce() throws Exception {
    try (var leaves = leaves()) {
      assertThat(leaves.context("a.test", Alpn.BOTH)).isSameAs(leaves.context("a.test", Alpn.BOTH));
      assertThat(leaves.context("a.test", Alpn.BOTH))
          .isNotSameAs(leaves.context("b.test", Alpn.BOTH));
      assertThat(leaves.context("192.0.2.1", Alpn.BOTH)).isNotNull();
      assertThat(leaves.context("[2001:db8::1]", Alpn.BOTH)).isNotNull();
    }
  }

  @Test
  void renewsWellBeforeExpiry() throws Exception {
    try (var leaves = leaves()) {
      var first = leaves.context("a.test", Alpn.BOTH);
      now.updateAndGet(then -> then.plus(Duration.ofHours(13)));
      assertThat(leaves.context("a.test", Alpn.BOTH)).isNotSameAs(first);
    }
  }

  @Test
  void a148KeepsNoMoreContextsThanItsBound() throws Exception {
    try (var leaves = leaves()) {
      for (int i = 0; i < Leaves.CONTEXTS_MAX + 10; i++) {
        var _ = leaves.context("h" + i + ".test", Alpn.BOTH);
      }
      assertThat(leaves.size()).isEqualTo(Leaves.CONTEXTS_MAX);
    }
  }

  private Leaves leaves() throws java.io.IOException {
    InstantSource clock = now::get;
    return new Leaves(PodAuthority.open(dir, clock), clock);
  }
}
