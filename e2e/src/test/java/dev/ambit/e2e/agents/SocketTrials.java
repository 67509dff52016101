package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ambit.dev.machine.User;
import dev.ambit.e2e.clients.WebSocketClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a WebSocket is to every client, however its calls come to the proxy.
abstract class SocketTrials {
  private static final int MESSAGES = 50;
  private static final int LONG = 1 << 20;
  private static final Duration STARTS_WITHIN = Duration.ofSeconds(60);
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(30);

  @TempDir private Path folder;

  /// Who runs the clients, in a session that grants WebSockets at the source's path, over TLS with
  /// a credential.
  abstract User agent() throws Exception;

  /// Ends that session; returns when the proxy has cut.
  abstract void closeSession() throws Exception;

  abstract EchoSockets source();

  abstract String host();

  @ParameterizedTest
  @EnumSource
  void talksWithACredentialThatTheClientNeverSees(WebSocketClient client) throws Exception {
    var agent = agent();
    source().openings.clear();
    assertThat(client.talk(agent, secured(EchoSockets.PATH), MESSAGES, LONG))
        .isEqualTo(MESSAGES + " " + LONG);
    assertThat(source().openings).hasSize(1);
    assertThat(source().openings.getFirst().toLowerCase(java.util.Locale.ROOT))
        .contains("authorization: bearer ")
        .doesNotContain("sec-websocket-extensions");
  }

  @ParameterizedTest
  @EnumSource
  void talksInTheClear(WebSocketClient client) throws Exception {
    var agent = agent();
    var url = "ws://" + host() + ":" + source().clearPort() + EchoSockets.PATH;
    assertThat(client.talk(agent, url, MESSAGES, LONG)).isEqualTo(MESSAGES + " " + LONG);
  }

  @ParameterizedTest
  @EnumSource
  void isNotOpenedWhereItIsNotGranted(WebSocketClient client) throws Exception {
    var agent = agent();
    source().openings.clear();
    var error = catchThrowable(() -> client.talk(agent, secured("/other"), 1, 1));
    assertThat(error).isInstanceOf(IOException.class);
    // Node's own says that there was an error, and nothing else.
    assertThat(error).hasMessageContaining(client == WebSocketClient.NODE ? "exit code 1" : "403");
    assertThat(source().openings).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void tellsTheClientThatItsSessionWasClosed(WebSocketClient client) throws Exception {
    var agent = agent();
    try (var listener = agent.start("listener", folder, client.listen(secured(EchoSockets.PATH)))) {
      listener.awaitOut("(?m)^open$", STARTS_WITHIN);
      closeSession();
      listener.awaitOut("(?m)^closed 1008 session_ended$", ENDS_WITHIN);
      assertThat(listener.awaitExit(ENDS_WITHIN)).as(listener.log()).isZero();
    }
  }

  private String secured(String path) {
    return "wss://" + host() + ":" + source().port() + path;
  }
}
