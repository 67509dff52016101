package dev.ambit.proxy.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// No more connections than there are descriptors for.
class LimitsTest {
  @Test
  void sharesDescriptorsAmongAgentsTheirUpstreamsAndIdleConnections() {
    var few = Limits.DEFAULT.within(Limits.FILES_KEPT + 40);
    assertThat(few.connections()).isEqualTo(10);
    assertThat(few.pooled()).isEqualTo(10);
    assertThat(few.pooledPerKey()).isEqualTo(10);
    assertThat(few.http2().streamsInAll()).isEqualTo(10);
    assertThat(few.opaque().streams()).isEqualTo(10);
    assertThat(few.headBytes()).isEqualTo(Limits.DEFAULT.headBytes());
  }

  @Test
  void neverRaisesABoundAndLeavesOneConnectionAtLeast() {
    assertThat(Limits.DEFAULT.within(Long.MAX_VALUE)).isEqualTo(Limits.DEFAULT);
    assertThat(Limits.DEFAULT.within(0).connections()).isEqualTo(1);
  }
}
