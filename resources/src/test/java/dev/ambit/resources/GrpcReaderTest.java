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

/// Methods of gRPC are granted by their names, on targets that speak gRPC.
class GrpcReaderTest {
  private static final String TARGETS =
      Folder.TARGETS.replace("protocol: http\n", "protocol: grpc\n");

  @TempDir Path path;

  @Test
  void readsMethodsAsTheirPaths() {
    var set =
        new Folder(path).write("10-targets.yaml", TARGETS).write("30-template.yaml", grant()).set();
    var target = Objects.requireNonNull(set.targets().get("plain-api"));
    assertThat(target.protocol().text()).isEqualTo("grpc");
    assertThat(target.ports()).isEqualTo(Set.of(443));
    var order =
        new SessionTemplate.Order(
            new SessionId("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            "spiffe://example.org/ns/agents/sa/coder",
            new SessionFacts("", "", "", Map.of("owner", "acme", "mode", "read"), Map.of()),
            Optional.empty(),
            Instant.parse("2026-03-01T12:00:00Z"));
    var ticket = Objects.requireNonNull(set.templates().get("ticket"));
    var frozen = (SessionTemplate.Instance.Frozen) ticket.instantiate(order);
    var ping = frozen.envelope().grants().getLast();
    assertThat(ping.methods()).containsExactly("POST");
    assertThat(ping.paths().toString())
        .isEqualTo("[/notes.v1.Notes/Get, /grpc.health.v1.Health/{method}]");
  }

  @Test
  void refusesAGrantOfPathsOnATargetOfGrpc() {
    assertThat(new Folder(path).write("10-targets.yaml", TARGETS).findings())
        .containsExactly(
            "30-template.yaml:21: spec.grants[1].target: target plain-api with protocol grpc"
                + " (expected: a grant of grpc: { methods: […] })");
  }

  private static String grant() {
    return Folder.TEMPLATE.replace(
        "methods: [GET]\n      paths: [\"/ping\"]",
        "grpc: { methods: [notes.v1.Notes/Get, \"grpc.health.v1.Health/*\"] }");
  }
}
