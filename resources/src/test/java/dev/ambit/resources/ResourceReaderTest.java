package dev.ambit.resources;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.Sharing;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.resources.ProviderSpec.Client;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/// A folder is one set: whole, or refused whole with every mistake, its place and what is expected.
class ResourceReaderTest {
  @TempDir Path path;

  @Test
  void readsAGoodSet() {
    var set = new Folder(path).set();
    var target = Objects.requireNonNull(set.targets().get("items-api"));
    assertThat(target.scheme()).isEqualTo(Scheme.HTTPS);
    assertThat(target.addresses().allowPrivate()).isTrue();
    assertThat(target.roots()).isEqualTo(new UpstreamRoots.Bundle(Folder.PEM));
    assertThat(set.targets().get("plain-api"))
        .satisfies(plain -> assertThat(plain.ports()).isEqualTo(Set.of(80)));
    assertThat(set.policy().maxTtl()).isEqualTo(Duration.ofHours(8));
    var template = Objects.requireNonNull(set.templates().get("ticket"));
    assertThat(template.binding()).isEqualTo(Binding.IDENTITY);
    assertThat(template.sharing()).isEqualTo(Sharing.EXCLUSIVE);
    assertThat(template.ttl()).isEqualTo(Duration.ofMinutes(30));
    assertThat(template.maxTtl()).isEqualTo(Duration.ofHours(2));
    assertThat(set.providers().get("tickets-oauth"))
        .isInstanceOfSatisfying(
            ProviderSpec.OAuthClientCredentials.class,
            oauth -> {
              assertThat(oauth.scopes()).containsExactly("items:read", "items:write");
              var secret = path.resolve("client.secret");
              assertThat(oauth.client()).isEqualTo(new Client.Secret("ambit", secret));
              assertThat(oauth.verifier()).isEqualTo(new Client.Secret("ambit-verifier", secret));
              assertThat(oauth.roots()).contains(path.resolve("upstream-ca.pem"));
              assertThat(oauth.lifetimeMax()).isEqualTo(Duration.ofMinutes(5));
            });
  }

  @Test
  void podAndExclusiveAreTheDefaults() {
    var template =
        Folder.TEMPLATE.replace("  binding: identity\n", "").replace("  sharing: exclusive\n", "");
    var ticket = new Folder(path).write("30-template.yaml", template).set().templates();
    assertThat(ticket.get("ticket"))
        .satisfies(t -> {
          assertThat(t.binding()).isEqualTo(Binding.POD);
          assertThat(t.sharing()).isEqualTo(Sharing.EXCLUSIVE);
        });
  }

  /// Each line: a file of the good set, a piece of it, what stands there instead (`\n` for a line
  /// end), and the one finding.
  @ParameterizedTest(name = "{index}: {2}")
  @CsvFileSource(
      resources = "/mistakes.txt",
      delimiter = '|',
      quoteCharacter = '\0',
      ignoreLeadingAndTrailingWhitespace = false)
  void tellsEachMistakeWithItsPlace(String file, String part, String mistake, String finding) {
    var good =
        switch (file) {
          case "10-targets.yaml" -> Folder.TARGETS;
          case "20-provider.yaml" -> Folder.PROVIDER;
          case "30-template.yaml" -> Folder.TEMPLATE;
          default -> Folder.POLICY;
        };
    assertThat(good).contains(part.replace("\\n", "\n"));
    var at = good.indexOf(part.replace("\\n", "\n"));
    var broken =
        good.substring(0, at)
            + (mistake.equals("-") ? "" : mistake.replace("\\n", "\n"))
            + good.substring(at + part.replace("\\n", "\n").length());
    assertThat(new Folder(path).write(file, broken).findings())
        .containsExactly(file + ":" + finding);
  }

  @Test
  void tellsAllMistakesOfAllFilesTogether() {
    var folder =
        new Folder(path)
            .write("10-targets.yaml", Folder.TARGETS.replace("protocol: https", "protocol: gopher"))
            .write("30-template.yaml", Folder.TEMPLATE.replace("[GET, HEAD]", "[GET, get]"))
            .write("40-policy.yml", Folder.POLICY.replace("8h", "8 hours"));
    assertThat(folder.findings())
        .containsExactly(
            "10-targets.yaml:7: spec.protocol: gopher (expected: one of https, http, grpc, websocket,"
                + " tcp, tls)",
            "30-template.yaml:16: spec.grants[0].methods[1]: get (expected: one of GET, HEAD, POST,"
                + " PUT, PATCH, DELETE, OPTIONS)",
            "40-policy.yml:3: spec.maxTtl: 8 hours (expected: 1s to 168h, such as 45s, 30m, 2h)");
  }

  @Test
  void theDigestTellsSetsApart() {
    var folder = new Folder(path);
    var digest = folder.set().digest();
    assertThat(folder.set().digest()).isEqualTo(digest).hasSize(64);
    assertThat(folder.write("40-policy.yml", Folder.POLICY + "\n").set().digest())
        .isNotEqualTo(digest);
  }

  @Test
  void theDigestTellsCertificatesOfATargetApart() {
    var folder = new Folder(path);
    var digest = folder.set().digest();
    assertThat(folder.write("upstream-ca.pem", Folder.PEM + Folder.PEM).set().digest())
        .isNotEqualTo(digest);
  }

  @Test
  void theStrictestOfAllPoliciesHolds() {
    var policy =
        new Folder(path)
            .write("50.yaml", Folder.POLICY.replace("8h", "3h").replace("payments", "bank"))
            .set()
            .policy();
    assertThat(policy.maxTtl()).isEqualTo(Duration.ofHours(3));
    assertThat(policy.neverTargets())
        .extracting(Object::toString)
        .containsExactlyInAnyOrder("*.payments.example.com", "*.bank.example.com");
  }

  @Test
  void aFileThatIsNoYamlIsToldAlone() {
    assertThat(new Folder(path).write("10-targets.yaml", "a: [b").findings())
        .singleElement()
        .asString()
        .startsWith("10-targets.yaml:1: document: no YAML");
  }

  @Test
  void aMissingFolderIsToldByName() {
    assertThat(ResourceReader.read(path.resolve("none")))
        .isInstanceOfSatisfying(
            Reading.Broken.class,
            broken ->
                assertThat(broken.findings())
                    .singleElement()
                    .asString()
                    .endsWith(
                        "none:1: file: no readable folder (expected: a folder with resources)"));
  }

  @Test
  void everyBoundIsHeld() {
    var folder = new Folder(path);
    folder.write("50.yaml", "# " + "x".repeat(ResourceReader.FILE_BYTES_MAX));
    assertThat(folder.findings())
        .containsExactly("50.yaml:1: file: too large (expected: at most 1 MiB)");
    folder.write("50.yaml", "a: " + "[".repeat(100) + "]".repeat(100));
    assertThat(folder.findings())
        .singleElement()
        .asString()
        .contains("50.yaml:1: document: no YAML");
    folder.write("50.yaml", "");
    for (var i = 0; i < ResourceReader.FILES_MAX; i++) {
      folder.write("x" + i + ".yaml", "");
    }
    assertThat(folder.findings()).singleElement().asString().contains("(expected: at most 200)");
  }

  @Test
  void thereAreAtMostTenThousandGrants() {
    var folder = new Folder(path);
    var grants = new StringBuilder();
    for (var i = 0; i < TemplateReader.GRANTS_MAX; i++) {
      grants
          .append("    - { name: g")
          .append(i)
          .append(", target: plain-api, methods: [GET], paths: [/p] }\n");
    }
    var head = Folder.TEMPLATE.substring(0, Folder.TEMPLATE.indexOf("    - name: read"));
    for (var i = 0; i < 10; i++) {
      folder.write("5" + i + ".yaml", head.replace("name: ticket", "name: t" + i) + grants);
    }
    assertThat(folder.findings())
        .singleElement()
        .asString()
        .contains("spec.grants: 10002 grants in all (expected: at most 10000)");
  }

  @Test
  void findingsBeyondTheBoundAreCounted() {
    var keys = new StringBuilder();
    for (var i = 0; i < Findings.MAX + 7; i++) {
      keys.append("  k").append(i).append(": 1\n");
    }
    assertThat(
            new Folder(path)
                .write(
                    "40-policy.yml",
                    Folder.POLICY
                        + "---\n"
                        + "apiVersion: ambit.dev/v1\nkind: Policy\nspec:\n"
                        + keys)
                .findings())
        .hasSize(Findings.MAX + 1)
        .last()
        .asString()
        .endsWith("7 more findings");
  }
}
