package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.cluster.machine.Tree;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Values that mean nothing, or nothing good, are refused before anything is rendered.
class SchemaTest {
  private static final YAMLMapper YAML = new YAMLMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          policy.enabeld=false | additional properties 'enabeld' not allowed
          controlplane.replicas=1 | additional properties 'controlplane' not allowed
          controlPlane.replicas=2 | at '/controlPlane/replicas': maximum: got 2, want 1
          controlPlane.replicas=0 | at '/controlPlane/replicas': minimum: got 0, want 1
          controlPlane.lease=31s | at '/controlPlane/lease'
          controlPlane.handover=301s | at '/controlPlane/handover'
          controlPlane.podLabels.app\\.kubernetes\\.io/name=x | invalid propertyName 'app.kubernetes.io/name'
          controlPlane.resources.requests.memori=1Gi | additional properties 'memori' not allowed
          controlPlane.persistence.accessMode=ReadWriteMany | at '/controlPlane/persistence/accessMode'
          webhook.replicas=0 | at '/webhook/replicas': minimum
          webhook.failurePolicy=Ingore | at '/webhook/failurePolicy'
          webhook.timeoutSeconds=30 | at '/webhook/timeoutSeconds': maximum: got 30, want 5
          webhook.excludedNamespaces[0]=agents | at '/webhook/excludedNamespaces': no items match contains schema
          webhook.certificates.mode=selfmanaged | at '/webhook/certificates/mode'
          proxy.mode=transparant | at '/proxy/mode'
          proxy.image.digest=sha256:abc | at '/proxy/image/digest'
          profiles.default.runAsUser=2112 | at '/profiles/default/runAsUser'
          profiles.default.runAsUser=0 | at '/profiles/default/runAsUser'
          profiles.busy.launch=quick | at '/profiles/busy/launch'
          policy.breakGlassGroups[0]=system:authenticated | at '/policy/breakGlassGroups/0'
          spire.socket=/run/../agent.sock | at '/spire/socket'
          spire.socket=agent.sock | at '/spire/socket'
          spire.trustDomain=Example.org/x | at '/spire/trustDomain'
          metrics.rules.runbookUrl=docs | at '/metrics/rules/runbookUrl'
          """)
  void refuses(String setting, String message) {
    assertThatThrownBy(() -> Rendered.with(setting))
        .hasMessageContaining("values don't meet the specifications of the schema")
        .hasMessageContaining(message);
  }

  @Test
  void everyObjectOfItRefusesWhatItDoesNotKnow() {
    var open = new ArrayList<String>();
    walk("", schema(), open);
    assertThat(open).isEmpty();
  }

  @Test
  void everyKeyOfItHasAValueByDefault() {
    var values = YAML.readTree(Tree.chart().resolve("values.yaml").toFile());
    var missing = new ArrayList<String>();
    compare("", schema().path("properties"), values, missing);
    assertThat(missing).isEmpty();
  }

  private static void walk(String path, JsonNode schema, List<String> open) {
    if (schema.path("properties").isObject()
        && !schema.path("additionalProperties").equals(BooleanNode.FALSE)) {
      open.add(path);
    }
    schema.properties().forEach(child -> walk(path + "/" + child.getKey(), child.getValue(), open));
  }

  private static void compare(
      String path, JsonNode properties, JsonNode values, List<String> missing) {
    properties
        .properties()
        .forEach(property -> {
          var at = path + "/" + property.getKey();
          if (!values.has(property.getKey())) {
            missing.add(at);
          }
          compare(
              at, property.getValue().path("properties"), values.path(property.getKey()), missing);
        });
  }

  private static JsonNode schema() {
    return YAML.readTree(Tree.chart().resolve("values.schema.json").toFile());
  }
}
