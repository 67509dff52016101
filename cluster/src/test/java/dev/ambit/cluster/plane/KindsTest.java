package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.cluster.machine.Tree;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The four kinds: what the API server itself takes and refuses, before the control plane has read
/// it.
@ExtendWith(OneApiServer.class)
@TestInstance(Lifecycle.PER_CLASS)
class KindsTest {
  private final ApiServer api;
  private final Release release;

  KindsTest(ApiServer api) {
    this.api = api;
    release = Release.install(api);
  }

  @AfterAll
  void uninstall() {
    release.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "credential"})
  void theExamplesAreTaken(String name) throws IOException {
    var text =
        Files.readString(Tree.root().resolve("deploy/kubernetes/examples/" + name + ".yaml"));
    assertThat(dryRun(text).refusal()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Target | {} | spec.hosts: Required value
          Target | {hosts: []} | spec.hosts in body should have at least 1 items
          Target | {hosts: [a.test], ports: [https]} | spec.ports[0] in body must be of type integer
          Target | {hosts: [a.test], ports: [65536]} | spec.ports[0] in body should be less than or equal to 65535
          Target | {hosts: [a.test], protocol: ftp} | spec.protocol: Unsupported value
          Target | {hosts: [a.test], sensitivity: secret} | spec.sensitivity: Unsupported value
          CredentialProvider | {} | must validate one and only one schema
          CredentialProvider | {static: {}} | spec.static.key: Required value
          CredentialProvider | {oauth: {tokenEndpoint: "http://i.test"}} | spec.oauth.tokenEndpoint
          SessionTemplate | {openers: [bootstrap], workloads: ["spiffe://a/b"]} | spec.grants: Required value
          SessionTemplate | {openers: [bootstrap], workloads: ["spiffe://a/b"], grants: [{name: g}]} | spec.grants[0].target: Required value
          SessionTemplate | {openers: [bootstrap], workloads: ["spiffe://a/b"], grants: [{name: g, target: t}], binding: node} | spec.binding: Unsupported value
          Policy | {maxTtl: long} | spec.maxTtl
          """)
  void whatIsPlainlyWrongIsRefused(String kind, String spec, String finding) throws IOException {
    assertThat(dryRun(object(kind, spec)).refusal()).contains(finding);
  }

  /// What is not described here is kept as it is: the control plane judges it, and says so.
  @Test
  void whatTheControlPlaneJudgesIsKeptWhole() throws IOException {
    var unknown = object("Target", "{hosts: [a.test], port: 443}");
    var _ = api.apply(unknown, "-n", Release.NAMESPACE).done();
    assertThat(kubectl("get", "target", "kinds-test", "-o", "jsonpath={.spec.port}"))
        .isEqualTo("443");
  }

  @Test
  void theVerdictIsAStatusAndIsShown() throws IOException {
    var _ = api.apply(object("Policy", "{maxTtl: 8h}"), "-n", Release.NAMESPACE).done();
    var status =
        """
        {"status": {"observedGeneration": 1, "conditions": [{"type": "Accepted", "status": "False",
         "reason": "Invalid", "message": "maxTtl: 8h (expected: less)",
         "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
        """;
    var _ =
        kubectl(
            "patch",
            "policy.ambit.dev",
            "kinds-test",
            "--subresource=status",
            "--type=merge",
            "-p",
            status);
    assertThat(kubectl("get", "ambit"))
        .containsPattern("policy.ambit.dev/kinds-test +False .*maxTtl: 8h \\(expected: less\\)");
    assertThat(
            kubectl(
                "get", "policy.ambit.dev", "kinds-test", "-o", "jsonpath={.metadata.generation}"))
        .isEqualTo("1");
  }

  private String kubectl(String... words) {
    return new Pods(api, Release.NAMESPACE).kubectl(words).ran().done();
  }

  private Tried dryRun(String text) throws IOException {
    return new Tried(
        api.apply(text, "-n", Release.NAMESPACE, "--dry-run=server", "--validate=strict"));
  }

  private static String object(String kind, String spec) {
    return "apiVersion: ambit.dev/v1\nkind: %s\nmetadata: { name: kinds-test }\nspec: %s\n"
        .formatted(kind, spec);
  }
}
