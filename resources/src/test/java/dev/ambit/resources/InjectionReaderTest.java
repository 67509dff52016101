package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.InjectionSettings.Mode;
import dev.ambit.resources.InjectionSettings.Needs;
import dev.ambit.resources.InjectionSettings.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The injection settings are read strictly, and everything that is wrong is told with its place.
class InjectionReaderTest {
  private static final String WHOLE =
      """
      version: "0.1.0"
      mode: explicit
      images: { proxy: "ambit-proxy:0.1.0", redirect: "ambit-redirect:0.1.0" }
      imagePullPolicy: Always
      controlPlane:
        address: "ambit-control-plane.ambit-system.svc:9443"
        id: "spiffe://example.org/ns/ambit-system/sa/ambit-control-plane"
      spire: { socket: /run/spire/agent-sockets/spire-agent.sock, csiDriver: "csi.spiffe.io" }
      allowOutboundExclusions: true
      redirect: { resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 32Mi}} }
      profiles:
        default: {}
        busy:
          runAsUser: 0
          launch: fast
          resources: { requests: {cpu: 1, memory: 0.5Gi}, limits: {ephemeral-storage: 1Gi} }
      """;

  @TempDir private Path folder;

  @Test
  void everythingThatTheChartSaysIsRead() throws IOException {
    var settings = ((InjectionReading.Whole) read(WHOLE)).settings();
    assertThat(settings.version()).isEqualTo("0.1.0");
    assertThat(settings.mode()).isEqualTo(Mode.EXPLICIT);
    assertThat(settings.images())
        .isEqualTo(
            new InjectionSettings.Images("ambit-proxy:0.1.0", "ambit-redirect:0.1.0", "Always"));
    assertThat(settings.controlPlane()).isEqualTo("ambit-control-plane.ambit-system.svc:9443");
    assertThat(settings.spireSocket()).isEqualTo("/run/spire/agent-sockets/spire-agent.sock");
    assertThat(settings.csiDriver()).contains("csi.spiffe.io");
    assertThat(settings.outboundExclusions()).isTrue();
    assertThat(settings.redirect())
        .isEqualTo(new Needs(Map.of("cpu", "10m", "memory", "32Mi"), Map.of("memory", "32Mi")));
    assertThat(settings.profiles())
        .isEqualTo(
            Map.of(
                "default",
                new Profile(1_000, "small", new Needs(Map.of(), Map.of())),
                "busy",
                new Profile(
                    0,
                    "fast",
                    new Needs(
                        Map.of("cpu", "1", "memory", "0.5Gi"),
                        Map.of("ephemeral-storage", "1Gi")))));
  }

  @Test
  void theDigestIsOfTheBytes() throws IOException {
    var digest = ((InjectionReading.Whole) read(WHOLE)).settings().digest();
    assertThat(digest).matches("[0-9a-f]{16}");
    assertThat(((InjectionReading.Whole) read(WHOLE + "\n")).settings().digest())
        .isNotEqualTo(digest);
  }

  @Test
  void anEmptyDriverIsNone() throws IOException {
    var without = WHOLE.replace("\"csi.spiffe.io\"", "\"\"");
    assertThat(((InjectionReading.Whole) read(without)).settings().csiDriver()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          mode: explicit     | mode: off          | 2: mode: off (expected: one of transparent, explicit)
          allowOut           | allowIn            | 9: allowInboundExclusions: unknown key (expected: version, mode, imagePullPolicy, images, controlPlane, spire, allowOutboundExclusions, redirect, profiles)
          svc:9443           | svc                | 6: controlPlane.address: ambit-control-plane.ambit-system.svc (expected: host:port)
          "spiffe://         | "https://          | 7: controlPlane.id: https://example.org/ns/ambit-system/sa/ambit-control-plane (expected: spiffe://...)
          socket: /run/spire/agent-sockets/ | socket: / | 8: spire.socket: /spire-agent.sock (expected: an absolute path in a folder of its own)
          cpu: 10m           | cpu: ten           | 10: redirect.resources.requests.cpu: ten (expected: a quantity such as 50m or 128Mi)
          cpu: 10m           | disk: 10m          | 10: redirect.resources.requests.disk: unknown key (expected: cpu, memory, ephemeral-storage)
          "  default: {}"    | "  usual: {}"      | 12: profiles: no profile default (expected: one, for pods that name none)
          runAsUser: 0       | runAsUser: 2112    | 14: profiles.busy.runAsUser: 2112 (expected: another: it is the proxy's)
          launch: fast       | launch: faster     | 15: profiles.busy.launch: faster (expected: one of small, fast)
          launch: fast       | lunch: fast        | 15: profiles.busy.lunch: unknown key (expected: runAsUser, launch, resources)
          """)
  void whatIsWrongIsToldWithItsPlace(String part, String other, String finding) throws IOException {
    var right = part.replace("\"  ", "  ").replace("{}\"", "{}");
    var wrong = other.replace("\"  ", "  ").replace("{}\"", "{}");
    assertThat(WHOLE).contains(right);
    assertThat(findings(WHOLE.replace(right, wrong)))
        .contains(folder.resolve("injection.yaml") + ":" + finding);
  }

  @Test
  void everythingThatIsWrongIsToldAtOnce() throws IOException {
    assertThat(findings("version: 1\nprofiles: { default: { runAsUser: x } }\n"))
        .hasSize(6)
        .anyMatch(
            finding -> finding.endsWith(":1: version: an integer (expected: a string; quote it)"))
        .anyMatch(finding -> finding.endsWith(":1: images: missing (expected: a mapping)"));
  }

  @Test
  void aFileThatIsNoneOrTooLargeOrMoreThanOneDocumentIsRefused() throws IOException {
    assertThat(InjectionReader.read(folder.resolve("none")))
        .isInstanceOfSatisfying(
            InjectionReading.Broken.class,
            broken ->
                assertThat(broken.findings())
                    .singleElement()
                    .hasToString(
                        folder.resolve("none")
                            + ":1: file: not readable (expected: a readable file)"));
    assertThat(findings("#".repeat(InjectionReader.BYTES_MAX + 1)))
        .containsExactly(
            folder.resolve("injection.yaml") + ":1: file: too large (expected: at most 256 KiB)");
    assertThat(findings(WHOLE + "---\n" + WHOLE))
        .containsExactly(
            folder.resolve("injection.yaml") + ":1: file: 2 documents (expected: one, a mapping)");
  }

  @Test
  void profilesHaveABound() throws IOException {
    var many = new StringBuilder(WHOLE);
    for (var i = 0; i < InjectionReader.PROFILES_MAX; i++) {
      many.append("  p").append(i).append(": {}\n");
    }
    assertThat(findings(many.toString()))
        .singleElement()
        .asString()
        .contains("profiles: 52 profiles (expected: at most 50)");
  }

  private InjectionReading read(String text) throws IOException {
    return InjectionReader.read(Files.writeString(folder.resolve("injection.yaml"), text));
  }

  private List<String> findings(String text) throws IOException {
    return ((InjectionReading.Broken) read(text))
        .findings().stream().map(Finding::toString).toList();
  }
}
