package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a stream of events is to every client, however its calls come to the proxy: a token of a
/// model's answer never waits for the next one.
abstract class StreamTrials {
  private static final int EVENTS = 20;
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration ARRIVES_WITHIN = Duration.ofSeconds(5);
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

  @TempDir private Path folder;

  /// Who runs the clients, in a session that grants `GET` of the source's `/events`.
  abstract User agent() throws Exception;

  /// Ends that session; returns when the proxy has cut.
  abstract void closeSession() throws Exception;

  abstract EventSource source();

  abstract String url();

  abstract ClientPage page();

  @BeforeEach
  void clear() throws InterruptedException {
    source().clear();
  }

  /// The source holds each event back until the client has printed the one before.
  @ParameterizedTest
  @EnumSource
  void arrivesEventByEvent(Client client) throws Exception {
    try (var follower = follow(client)) {
      for (var number = 1; number <= EVENTS; number++) {
        source().send("token " + number);
        // The first one waits for the client to start.
        var patience = number == 1 ? STARTS_WITHIN : ARRIVES_WITHIN;
        follower.awaitOut("(?m)^data: token " + number + "$", patience);
      }
      source().end();
      assertThat(follower.awaitExit(ENDS_WITHIN)).as(follower.log()).isZero();
      assertThat(events(follower)).hasSize(EVENTS).endsWith("data: token " + EVENTS);
      page().measured(client, Column.STREAMED, "event by event");
    }
  }

  /// The proxy ends it without its last chunk; what the client makes of that stands on the page.
  @ParameterizedTest
  @EnumSource
  void endsWhenItsSessionIsClosed(Client client) throws Exception {
    try (var follower = follow(client)) {
      source().send("the first token");
      follower.awaitOut("(?m)^data: the first token$", STARTS_WITHIN);
      closeSession();
      var exit = follower.awaitExit(ENDS_WITHIN);
      page().measured(client, Column.CUT, exit == 0 ? "looks whole" : "an error");
    }
  }

  private Program follow(Client client) throws Exception {
    var agent = agent();
    return agent.start("follower", folder, List.of(client.follow(agent, url())));
  }

  private static List<String> events(Program follower) {
    return follower.out().lines().filter(line -> line.startsWith("data:")).toList();
  }
}
