package dev.ambit.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.load.FreshConnections;
import dev.ambit.bench.subject.Site;
import dev.ambit.cli.Shell;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The generator counts what happened, and a slow origin cannot hide in its figures.
class GeneratorTest {
  private Site site;

  @BeforeEach
  void open() throws IOException {
    site = Site.open(Shell.system(), InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void showsAStallOfTheOriginInTheTail() {
    assertThat(new Oracle(site).stall().millis(100)).isGreaterThan(90);
  }

  @Test
  void doesExactlyAsManyAsItIsTold() {
    try (var load = new ClosedLoop(site.loops(), site.direct(), Scenario.item(), 4, 1)) {
      load.open();
      assertThat(load.run(Bound.of(101)).units()).isEqualTo(101);
    }
    assertThat(site.origin().seen().requests()).isEqualTo(101);
  }

  @Test
  void makesAConnectionForEachRequestWhereThatIsTheScenario() {
    try (var load = new FreshConnections(site.loops(), site.direct(), Scenario.item(), 3)) {
      load.open();
      assertThat(load.run(Bound.of(10)).units()).isEqualTo(10);
    }
    assertThat(site.origin().seen().requests()).isEqualTo(10);
  }

  @Test
  void saysTheNextMessageOfAWebSocketWhenTheOneBeforeIsBack() {
    try (var load = Scenario.ECHO.load(site.loops(), site.direct())) {
      load.open();
      assertThat(load.run(Bound.of(1_000)).units()).isEqualTo(1_000);
    }
    assertThat(site.origin().seen().requests()).isEqualTo(32);
  }

  @Test
  void countsAnAnswerOfAnotherStatusAsAFailureAndStops() {
    try (var load =
        new ClosedLoop(site.loops(), site.direct(), Ask.refused("/v1/r10/items/1"), 1, 1)) {
      load.open();
      var tally = load.run(Bound.of(10));
      assertThat(tally.failures()).isEqualTo(1);
      assertThat(tally.firstFailure()).isEqualTo("status 200");
      assertThat(tally.units()).isZero();
    }
  }
}
