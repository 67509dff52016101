package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// WebSockets are granted by their paths, on targets where HTTP is spoken or nothing but they are.
class WebSocketGrantTest {
  private static final String GRANT =
      Folder.TEMPLATE.replace(
          "methods: [GET]\n      paths: [\"/ping\"]", "websocket: { paths: [\"/feed/{owner}\"] }");

  @TempDir Path path;

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "https", "http"})
  void readsAGrantOfWebSocketOnATargetThatSpeaks(String protocol) {
    var set =
        new Folder(path)
            .write("10-targets.yaml", speaking(protocol))
            .write("30-template.yaml", GRANT)
            .set();
    var target = Objects.requireNonNull(set.targets().get("plain-api"));
    assertThat(target.protocol().text()).isEqualTo(protocol);
    assertThat(target.ports()).isEqualTo(Set.of(protocol.equals("http") ? 80 : 443));
    var order =
        new SessionTemplate.Order(
            new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            "spiffe://example.org/ns/agents/sa/coder",
            new SessionFacts("", "", "", Map.of("owner", "acme", "mode", "read"), Map.of()),
            Optional.empty(),
            Instant.parse("2026-03-01T12:00:00Z"));
    var ticket = Objects.requireNonNull(set.templates().get("ticket"));
    var frozen = (SessionTemplate.Instance.Frozen) ticket.instantiate(order);
    var feed = frozen.envelope().grants().getLast();
    assertThat(feed.webSocket()).isTrue();
    assertThat(feed.methods()).containsExactly("GET");
    assertThat(feed.paths().toString()).isEqualTo("[/feed/acme]");
    assertThat(frozen.envelope().grants().getFirst().webSocket()).isFalse();
  }

  @Test
  void refusesAGrantOfPathsOnATargetOfWebSocket() {
    assertThat(new Folder(path).write("10-targets.yaml", speaking("websocket")).findings())
        .containsExactly(
            "30-template.yaml:21: spec.grants[1].target: target plain-api with protocol websocket"
                + " (expected: a grant of websocket: { paths: […] })");
  }

  @Test
  void refusesAGrantOfWebSocketOnATargetOfGrpc() {
    assertThat(
            new Folder(path)
                .write("10-targets.yaml", speaking("grpc"))
                .write("30-template.yaml", GRANT)
                .findings())
        .containsExactly(
            "30-template.yaml:21: spec.grants[1].target: target plain-api with protocol grpc"
                + " (expected: protocol websocket, https or http for a grant of websocket)");
  }

  private static String speaking(String protocol) {
    return Folder.TARGETS.replace("protocol: http\n", "protocol: " + protocol + "\n");
  }
}
