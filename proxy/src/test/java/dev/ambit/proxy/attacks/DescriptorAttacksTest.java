package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.RawAgent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Group 4.8 with few descriptors: what cannot be opened is refused, what is open lives.
class DescriptorAttacksTest extends AttackTest {
  private static final int AGENTS = 300;

  @Override
  Place place() {
    return Place.under("prlimit", "--nofile=256:256");
  }

  @Test
  void a152RefusesConnectionsWithoutADescriptorAndLetsStreamsLive() throws Exception {
    var more = new CountDownLatch(1);
    site.good.script =
        with -> {
          var _ = with.request();
          with.answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
          await(more);
          with.answer("other");
          var _ = with.in.read();
        };
    site.expect("");
    var stream = site.insideGood().send(get("/v1/items/7", site.goodHost()));
    assertThat(stream.head()).startsWith("HTTP/1.1 200 ");
    var agents = new ArrayList<RawAgent>();
    for (int i = 0; i < AGENTS; i++) {
      agents.add(RawAgent.connect(site.address));
    }
    site.awaitHealth(503);
    assertThat(agents.getLast().closed()).isTrue();
    more.countDown();
    assertThat(new String(stream.in.readNBytes(10), US_ASCII)).isEqualTo("firstother");
    for (var agent : agents) {
      agent.close();
    }
    site.awaitHealth(200);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      var _ = latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }
}
