package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Targets of which nothing is read are granted by name and port, and by nothing that would have to
/// be read.
class OpaqueTargetTest {
  private static final String TARGETS =
      Folder.TARGETS.replace("  protocol: http\n", "  ports: [5432, 5433]\n  protocol: tcp\n");

  private static final String TEMPLATE = grant("budget: { calls: 2 }");

  @TempDir Path path;

  @Test
  void aGrantNamesItsTargetAndABudgetAtMost() {
    var set =
        new Folder(path)
            .write("10-targets.yaml", TARGETS)
            .write("30-template.yaml", TEMPLATE)
            .set();
    var target = Objects.requireNonNull(set.targets().get("plain-api"));
    assertThat(target.protocol()).isEqualTo(Protocol.TCP);
    assertThat(target.ports()).isEqualTo(Set.of(5432, 5433));
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
    assertThat(ping.opaque()).isTrue();
    assertThat(ping.calls()).isEqualTo(OptionalLong.of(2));
  }

  /// A key of the grant, and its line.
  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          methods          | methods: [GET]\\n      paths: [/]                    | 22
          query            | query: { page: {} }                                  | 22
          headers          | headers: { accept: {} }                              | 22
          body             | body: { json: {} }                                   | 22
          credential       | credential: { provider: tickets-oauth }              | 22
          agentCredentials | agentCredentials: pass                               | 22
          grpc             | grpc: { methods: [a.B/C] }                           | 22
          """)
  void refusesByNameWhatWouldHaveToBeRead(String key, String said, int line) {
    var findings =
        new Folder(path)
            .write("10-targets.yaml", TARGETS)
            .write("30-template.yaml", grant(said.replace("\\n", "\n")))
            .findings();
    assertThat(findings.getFirst())
        .isEqualTo(
            "30-template.yaml:%d: spec.grants[1].%s: on target plain-api with protocol tcp, of which"
                    .formatted(line, key)
                + " nothing is read (expected: a budget or condition at most)");
  }

  @Test
  void aRuleForbidsTheTargetAloneOrIsRefused() {
    var rule = "\n    - { target: plain-api, paths: [/secret] }\n";
    assertThat(
            new Folder(path)
                .write("10-targets.yaml", TARGETS)
                .write("30-template.yaml", TEMPLATE + rule.substring(1))
                .findings())
        .containsExactly(
            "30-template.yaml:25: spec.deny[1].paths: on target plain-api with protocol tcp, of"
                + " which nothing is read (expected: the target alone)");
  }

  @Test
  void aGrantOfATargetThatIsReadNamesMethodsAndPaths() {
    assertThat(new Folder(path).write("30-template.yaml", TEMPLATE).findings())
        .containsExactly(
            "30-template.yaml:21: spec.grants[1].target: no methods and paths on target plain-api"
                + " (expected: methods: […] and paths: […])");
  }

  @Test
  void aPortIsNamedForNothingElseTellsWhatIsSpoken() {
    var targets = Folder.TARGETS.replace("  protocol: http\n", "  protocol: tcp\n");
    assertThat(
            new Folder(path)
                .write("10-targets.yaml", targets)
                .write("30-template.yaml", TEMPLATE)
                .findings())
        .containsExactly(
            "10-targets.yaml:15: spec.ports: missing (expected: the ports of protocol tcp: nothing"
                + " else tells what is spoken)");
  }

  @Test
  void tlsIsPassedThroughToNamesAlone() {
    var targets =
        Folder.TARGETS
            .replace("[plain.example.com]", "[pinned.example.com, 203.0.1.7]")
            .replace("  protocol: http\n", "  ports: [443]\n  protocol: tls\n");
    assertThat(
            new Folder(path)
                .write("10-targets.yaml", targets)
                .write("30-template.yaml", TEMPLATE)
                .findings())
        .containsExactly(
            "10-targets.yaml:15: spec.hosts[1]: 203.0.1.7 with protocol tls (expected: names: TLS is"
                + " passed through by its server name)");
  }

  private static String grant(String said) {
    return Folder.TEMPLATE.replace("methods: [GET]\n      paths: [\"/ping\"]", said);
  }
}
