package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.Counters;
import dev.ambit.proxy.RawAgent;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What is scraped, what heartbeats say and what was recorded are the same numbers: who squats on
/// the port for metrics says others.
class CountersTest {
  @Test
  void areTheSameWhenScrapedHeardAndRecorded() throws Exception {
    try (var site = new Site(Files.createTempDirectory("ambit-counters"))) {
      var boot = counters(site);
      var items = "/v1/items/7";
      var agent = site.insideGood();
      assertThat(ask(site, agent, items)).isEqualTo(200);
      assertThat(ask(site, agent, "/v1/admin")).isEqualTo(403);
      assertThat(ask(site, agent, items)).isEqualTo(200);
      assertThat(site.ask("GET / HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
      // Two calls that were permitted, each with its completion; two that were not.
      Await.until("records", () -> site.plane.records.size() == 6);
      var now = counters(site);
      assertThat(now.getCalls() - boot.getCalls()).isEqualTo(4);
      assertThat(now.getDenials() - boot.getDenials()).isEqualTo(2);
      assertThat(now.getAuditRecords() - boot.getAuditRecords()).isEqualTo(6);
      Await.until("a heartbeat that says so", () -> heard(site).equals(now));
    }
  }

  private static int ask(Site site, RawAgent agent, String path) throws IOException {
    return agent.send(AttackTest.get(path, site.goodHost())).answer().status();
  }

  private static Counters heard(Site site) {
    return site.plane.heard.stream()
        .filter(AttachRequest::hasHeartbeat)
        .toList()
        .getLast()
        .getHeartbeat()
        .getCounters();
  }

  private static Counters counters(Site site) throws IOException {
    var page = site.page("/metrics");
    return Counters.newBuilder()
        .setCalls(sum(page, "ambit_calls_total"))
        .setDenials(sum(page, "ambit_denials_total"))
        .setAuditRecords(sum(page, "ambit_audit_records_total"))
        .build();
  }

  /// Of all series of a name.
  private static long sum(String page, String name) {
    return Pattern.compile("^" + name + "(?:\\{[^}]*})? ([0-9.E+]+)$", Pattern.MULTILINE)
        .matcher(page)
        .results()
        .mapToLong(one -> (long) Double.parseDouble(one.group(1)))
        .sum();
  }
}
