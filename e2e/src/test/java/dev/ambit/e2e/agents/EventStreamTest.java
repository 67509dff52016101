package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A token of a model's answer never waits for the next one.
class EventStreamTest {
  private static final int EVENTS = 20;
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(5);

  private static EventSource source;
  private static WholeSet set;

  @TempDir private Path folder;
  private Session session;

  @BeforeAll
  static void start() throws IOException {
    source = new EventSource();
    set =
        WholeSet.start(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: events }
            spec:
              hosts: [api.demo.test]
              ports: [PORT]
              protocol: https
              tls: { roots: { bundle: { file: ca.pem } } }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: follow }
            spec:
              openers: [bootstrap]
              workloads: ["spiffe://demo.test/agent"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 10 }
              grants:
                - { name: follow, target: events, methods: [GET], paths: ["/events"] }
            """
                .replace("PORT", Integer.toString(source.port())),
            Set.of(source.port()));
    source.serve(
        set.peers().files().resolve("upstream.pem"), set.peers().files().resolve("upstream.key"));
  }

  @AfterAll
  static void stop() {
    set.close();
    source.close();
  }

  @BeforeEach
  void open() throws InterruptedException {
    source.clear();
    session = set.open("follow");
  }

  @AfterEach
  void end() throws InterruptedException {
    set.close(session);
    set.untilClosed(session);
  }

  /// The source holds each event back until the client has printed the one before.
  @ParameterizedTest
  @EnumSource
  void arrivesEventByEvent(Client client) throws Exception {
    var follower = follow(client);
    try {
      for (var number = 1; number <= EVENTS; number++) {
        source.send("token " + number);
        awaitEvents(number);
      }
      source.end();
      awaitExit(follower);
      assertThat(follower.exitValue()).as(Files.readString(err())).isZero();
      assertThat(events()).hasSize(EVENTS).endsWith("data: token " + EVENTS);
      ClientPage.measured(client, Column.STREAMED, "event by event");
    } finally {
      follower.destroyForcibly();
    }
  }

  /// The proxy ends it without its last chunk; what the client makes of that stands on the page.
  @ParameterizedTest
  @EnumSource
  void endsWhenItsSessionIsClosed(Client client) throws Exception {
    var follower = follow(client);
    try {
      source.send("the first token");
      awaitEvents(1);
      set.close(session);
      awaitExit(follower);
      ClientPage.measured(
          client, Column.CUT, follower.exitValue() == 0 ? "looks whole" : "an error");
    } finally {
      follower.destroyForcibly();
    }
  }

  private Process follow(Client client) throws IOException, InterruptedException {
    var variables = set.agentVariables();
    var url = "https://api.demo.test:" + source.port() + "/events";
    return Ran.start(variables, out(), err(), client.follow(variables, url));
  }

  private static void awaitExit(Process follower) throws InterruptedException {
    assertThat(follower.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private void awaitEvents(int count) throws IOException, InterruptedException {
    // The first one waits for the client to start.
    var patience = count == 1 ? Duration.ofSeconds(30) : ARRIVES_WITHIN;
    var end = System.nanoTime() + patience.toNanos();
    while (events().size() < count) {
      assertThat(System.nanoTime())
          .as("event %s did not arrive; stderr: %s", count, Files.readString(err()))
          .isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private Path out() {
    return folder.resolve("out");
  }

  private Path err() {
    return folder.resolve("err");
  }

  private List<String> events() throws IOException {
    return Files.readAllLines(out()).stream().filter(line -> line.startsWith("data:")).toList();
  }
}
