package dev.ambit.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.load.FreshConnections;
import dev.ambit.bench.load.RpcEchoes;
import dev.ambit.bench.load.StreamLoop;
import dev.ambit.bench.subject.Site;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
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
    try (var load = Scenario.ECHO.load(site, site.direct())) {
      load.open();
      assertThat(load.run(Bound.of(1_000)).units()).isEqualTo(1_000);
    }
    assertThat(site.origin().seen().requests()).isEqualTo(32);
  }

  @Test
  void asksByStreamsOfOneConnectionExactlyAsOftenAsItIsTold() {
    var asked = 0;
    for (var scenario : List.of(Scenario.H2_1, Scenario.H2_10, Scenario.H2_100)) {
      try (var load = scenario.load(site, site.direct())) {
        load.open();
        var tally = load.run(Bound.of(1_001));
        assertThat(tally.firstFailure()).isEqualTo("none");
        assertThat(tally.units()).isEqualTo(1_001);
        assertThat(load.run(Bound.of(1_001)).failures()).isZero();
      }
      asked += 2_002;
      assertThat(site.origin().seen().requests()).isEqualTo(asked);
      assertThat(site.origin().seen().protocol()).isEqualTo("h2");
    }
  }

  @Test
  void speaksHttp11WhereItDoesNotAskForMore() {
    try (var load = Scenario.KEEP_ALIVE.load(site, site.direct())) {
      load.open();
      assertThat(load.run(Bound.of(32)).units()).isEqualTo(32);
    }
    assertThat(site.origin().seen().protocol()).isEqualTo("http/1.1");
  }

  @Test
  void countsAStreamThatIsAnsweredOtherwiseAsAFailure() {
    try (var load =
        new StreamLoop(site.loops(), site.direct(), Ask.refused("/v1/r10/items/1"), 10)) {
      load.open();
      var tally = load.run(Bound.of(1_000));
      assertThat(tally.firstFailure()).isEqualTo("status 200");
      assertThat(tally.units()).isZero();
    }
  }

  @Test
  void saysTheNextMessageOfACallOfGrpcWhenTheOneBeforeIsBack() {
    try (var load = Scenario.GRPC.load(site, site.direct())) {
      load.open();
      assertThat(load.run(Bound.of(1_000)).units()).isEqualTo(1_000);
      assertThat(load.run(Bound.of(1_000)).failures()).isZero();
    }
    assertThat(site.origin().seen().requests()).isEqualTo(1);
    assertThat(site.origin().seen().path()).isEqualTo("/bench.Echo/Talk");
  }

  @Test
  void failsACallOfGrpcThatIsNoneForItsServer() {
    try (var load = new RpcEchoes(site.loops(), site.direct(), Ask.get(Site.granted("items/1")))) {
      assertThatThrownBy(load::open).isInstanceOf(Failure.class).hasMessageContaining("load: ");
    }
  }

  @Test
  void visitsEveryHostOnce() {
    var hosts = new HashSet<String>();
    try (var load = Scenario.VISIT.load(site, site.direct())) {
      load.open();
      for (var i = 0; i < 10; i++) {
        assertThat(load.run(Bound.of(1)).units()).isEqualTo(1);
        hosts.add(site.origin().seen().host());
      }
    }
    assertThat(hosts)
        .hasSize(10)
        .allSatisfy(host ->
            assertThat(host).matches("h[0-9]+\\.visit\\.bench\\.test:" + site.origin().port()));
  }

  @Test
  void tellsWhomTheCertificateOfAConnectionSpeaksFor() {
    try (var load = Scenario.SERIAL.load(site, site.direct())) {
      load.open();
      assertThat(load.shown().vouchesFor("api.bench.test")).isTrue();
      assertThat(load.shown().vouchesFor("h7.visit.bench.test")).isTrue();
      assertThat(load.shown().vouchesFor("h7.elsewhere.test")).isFalse();
    }
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
