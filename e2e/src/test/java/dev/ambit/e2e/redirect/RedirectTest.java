package dev.ambit.e2e.redirect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Pod;
import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.e2e.machine.Recorder;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The rules of `ambit-redirect` in the kernel of this machine, over IPv4 and IPv6, without a
/// proxy: nothing leaves, and the program knows whether they hold.
class RedirectTest {
  private static final User AGENT = User.of(61_003);
  private static final User PROXY = Pod.PROXY;

  private Pod pod;
  private Recorder outside;

  @BeforeEach
  void open() throws IOException {
    pod = new Pod(PodNetwork.open(), Programs.redirect());
    outside = Recorder.open(pod.network());
  }

  @AfterEach
  void close() {
    pod.close();
  }

  @Test
  void provesItselfAndMayBeRepeatedAndRemoved() {
    assertThat(pod.redirect(User.ROOT, "check").exit()).isEqualTo(1);
    pod.redirect(User.ROOT, "install").done();
    pod.redirect(User.ROOT, "install").done();
    pod.redirect(User.ROOT, "remove").done();
    pod.redirect(User.ROOT, "remove").done();
    var unruled = pod.redirect(User.ROOT, "check");
    assertThat(unruled.exit()).isEqualTo(1);
    assertThat(unruled.err()).contains("TCP to 192.0.2.1:443", "expected: turned to port 15001");
  }

  @Test
  void leavesTheOldRulesInForceWhenTheNewOnesAreRefused() {
    pod.redirect(User.ROOT, "install").done();
    var refused = pod.redirect(AGENT, "install");
    assertThat(refused.exit()).isEqualTo(1);
    assertThat(refused.err()).contains("not permitted (expected: CAP_NET_ADMIN");
    assertThat(pod.redirect(User.ROOT, "install", "--proxy-uid", "0").exit()).isEqualTo(64);
    assertThat(pod.redirect(User.ROOT, "check").exit()).isZero();
  }

  @Test
  void letsNotOnePacketOfAnybodyButTheProxyLeaveWhileItIsDown() {
    pod.redirect(User.ROOT, "install").done();
    var before = outside.arrived();
    for (var somebody : List.of(AGENT, User.of(61_004), User.ROOT)) {
      var tried = escape(somebody);
      assertThat(tried.lines()).hasSizeGreaterThan(40);
      assertThat(tried)
          .contains("IPv4 TCP 443: ECONNREFUSED", "IPv6 TCP 443: ECONNREFUSED")
          .contains("IPv4 UDP 443: EPERM", "IPv6 UDP 443: EPERM");
      assertThat(outside.arrived()).as(tried).isEqualTo(before);
    }
  }

  @Test
  void seesWhatLeavesWithoutTheRulesAndWhatTheProxySends() {
    escape(AGENT);
    var bare = outside.arrived();
    assertThat(bare).isPositive();

    pod.redirect(User.ROOT, "install").done();
    var before = outside.arrived();
    escape(PROXY);
    assertThat(outside.arrived()).isGreaterThan(before);
  }

  private String escape(User somebody) {
    return somebody
        .in(pod.network().pod())
        .run(
            Programs.tree().resolve("e2e/redirect/escape").toString(),
            PodNetwork.OUTSIDE,
            PodNetwork.OUTSIDE_6)
        .done();
  }
}
