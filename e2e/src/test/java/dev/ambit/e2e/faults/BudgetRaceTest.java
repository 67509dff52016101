package dev.ambit.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.ProxyPorts;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.ListAuditRecordsRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.testkit.Await;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Of 64 calls that race for the only one of a budget, exactly one reaches the upstream, a thousand
/// times over, whether they come through one proxy or through two (A160, A161).
class BudgetRaceTest {
  private static final int CALLERS = 64;
  private static final int SESSIONS_OF_ONE = 100;
  private static final int BIG_SESSIONS = 4;
  private static final int GRANTS = 225;

  private static CountingUpstream upstream;
  private static WholeSet set;
  private static ProxyPorts second;

  @BeforeAll
  static void start() throws Exception {
    upstream = new CountingUpstream();
    set = WholeSet.start(resources(upstream.port()), Set.of(upstream.port()));
    second = set.startProxy("proxy-2", Set.of(upstream.port()));
  }

  @AfterAll
  static void stop() {
    set.close();
    upstream.close();
  }

  @Test
  void a160LetsOneOf64CallsReachTheUpstreamInEveryRoundOfASessionWithOneCall() throws Exception {
    sessionsOfOne(set.proxy());
  }

  @Test
  void a160LetsOneOf64CallsReachTheUpstreamInEveryRoundOfAGrantWithOneCall() throws Exception {
    grantsOfOne(set.proxy());
  }

  @Test
  void a161LetsOneOf64CallsOfTwoProxiesReachTheUpstreamInEveryRoundOfASessionWithOneCall()
      throws Exception {
    sessionsOfOne(set.proxy(), second);
  }

  @Test
  void a161LetsOneOf64CallsOfTwoProxiesReachTheUpstreamInEveryRoundOfAGrantWithOneCall()
      throws Exception {
    grantsOfOne(set.proxy(), second);
  }

  private static void sessionsOfOne(ProxyPorts... proxies) throws Exception {
    try (var racers = racers(proxies)) {
      for (var round = 0; round < SESSIONS_OF_ONE; round++) {
        var session = set.open("one-call", proxies);
        race(racers, "/once/" + round + "/" + proxies.length, true);
        set.close(session);
      }
    }
  }

  private static void grantsOfOne(ProxyPorts... proxies) throws Exception {
    try (var racers = racers(proxies)) {
      for (var big = 0; big < BIG_SESSIONS; big++) {
        var session = set.open("many-grants", proxies);
        for (var grant = 0; grant < GRANTS; grant++) {
          race(racers, "/grants/" + grant + "/" + big + "-" + proxies.length, grant == 0);
        }
        set.close(session);
        recordsCount(session);
      }
    }
  }

  private static Racers racers(ProxyPorts... proxies) {
    return new Racers(CALLERS, Stream.of(proxies).mapToInt(ProxyPorts::agents).toArray());
  }

  private static void race(Racers racers, String path, boolean anew) throws Exception {
    var before = upstream.arrived();
    var answers = racers.race("race.test:" + upstream.port(), path, anew);
    assertThat(upstream.arrived(path)).as("arrived at %s: %s", path, answers).isEqualTo(1);
    assertThat(upstream.arrived() - before).isEqualTo(1);
    assertThat(Collections.frequency(answers, "200")).as("%s: %s", path, answers).isEqualTo(1);
    assertThat(Collections.frequency(answers, "429 budget_exhausted"))
        .as("%s: %s", path, answers)
        .isEqualTo(CALLERS - 1);
  }

  /// Many identical denials share a record, but none is lost.
  private static void recordsCount(Session session) {
    Await.until(
        "every call of " + session.getId() + " is in the audit",
        Duration.ofSeconds(20),
        () -> calls(session, true) == GRANTS && calls(session, false) == GRANTS * (CALLERS - 1));
  }

  private static long calls(Session session, boolean permitted) {
    var count = 0L;
    var token = "";
    do {
      var page =
          set.controlPlane()
              .audit()
              .listAuditRecords(
                  ListAuditRecordsRequest.newBuilder()
                      .setSessionId(session.getId())
                      .setPageSize(1_000)
                      .setPageToken(token)
                      .build());
      count +=
          page.getRecordsList().stream()
              .map(stored -> stored.getRecord())
              .filter(record -> record.hasDecision())
              .map(record -> record.getDecision())
              .filter(decision -> decision.getPermitted() == permitted)
              .mapToLong(decision -> decision.getCount())
              .sum();
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return count;
  }

  private static String resources(int port) {
    var text =
        new StringBuilder(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: race }
            spec: { hosts: [race.test], ports: [PORT], protocol: http }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: one-call }
            spec:
              openers: [bootstrap]
              workloads: ["AGENT"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 10m, maxTtl: 1h, idle: 5m, calls: 1 }
              grants:
                - { name: read, target: race, methods: [GET], paths: ["/once/**"] }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: many-grants }
            spec:
              openers: [bootstrap]
              workloads: ["AGENT"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 10m, maxTtl: 1h, idle: 5m }
              grants:
            """
                .replace("PORT", Integer.toString(port))
                .replace("AGENT", EmbeddedSet.AGENT));
    for (var grant = 0; grant < GRANTS; grant++) {
      text.append(
          "    - { name: g%1$d, target: race, methods: [GET], paths: [\"/grants/%1$d/{big}\"], budget: { calls: 1 } }\n"
              .formatted(grant));
    }
    return text.toString();
  }
}
