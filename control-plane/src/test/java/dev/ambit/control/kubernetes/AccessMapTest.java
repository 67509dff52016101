package dev.ambit.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The map in the cluster says how the control plane is known at this moment.
class AccessMapTest {
  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong(-7);
  private final AtomicReference<AccessMap.Place> place =
      new AtomicReference<>(new AccessMap.Place("one", "spiffe://a/b"));

  @Test
  void isWrittenWhenItChangesAndEveryMinuteAndAfterAFailureOnceInTenSeconds() throws Exception {
    try (var api = new FakeApi(folder);
        var client = Cluster.client(api.settings().kubeconfig())) {
      var map = new AccessMap(client, "ns", "access", place::get, nanos::get);
      map.tick();
      map.tick();
      assertThat(api.applied).hasSize(1);
      place.set(new AccessMap.Place("two", "spiffe://a/b"));
      map.tick();
      assertThat(api.applied).hasSize(2);
      pass(AccessMap.EVERY.minusNanos(1));
      map.tick();
      assertThat(api.applied).hasSize(2);
      api.code = 500;
      pass(Duration.ofNanos(1));
      map.tick();
      assertThat(api.applied).hasSize(3);
      api.code = 200;
      pass(AccessMap.RETRY.minusNanos(1));
      map.tick();
      assertThat(api.applied).hasSize(3);
      pass(Duration.ofNanos(1));
      map.tick();
      map.tick();
      assertThat(api.applied).hasSize(4);
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
