package dev.ambit.control.webhook;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.control.webhook.inject.Verdict;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// Questions of the API server are read strictly, and answered in its form.
class QuestionTest {
  static final String REVIEW =
      """
      {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
       "request": {
         "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
         "kind": {"group": "", "version": "v1", "kind": "Pod"},
         "resource": {"group": "", "version": "v1", "resource": "pods"},
         "namespace": "shop", "operation": "CREATE", "dryRun": false,
         "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller"},
         "object": {"apiVersion": "v1", "kind": "Pod",
           "metadata": {"generateName": "agent-", "namespace": "shop"},
           "spec": {"containers": [{"name": "app", "image": "agent:1"}]}},
         "oldObject": null, "options": {"kind": "CreateOptions"}}}
      """;

  @Test
  void anInjectedPodIsAllowedWithItsPatchAndTheSameUid() throws Exception {
    var patch = JsonNodeFactory.instance.arrayNode();
    patch.addObject().put("op", "add").put("path", "/metadata/labels").putObject("value");
    var response = answer(new Verdict.Injected(patch, List.of("a warning")));
    assertThat(response.path("uid").asString()).isEqualTo("705ab4f5-6393-11e8-b7cc-42010a800002");
    assertThat(response.path("allowed").asBoolean()).isTrue();
    assertThat(response.path("patchType").asString()).isEqualTo("JSONPatch");
    var sent = Base64.getDecoder().decode(response.path("patch").asString());
    assertThat(JsonMapper.shared().readTree(sent)).isEqualTo(patch);
    assertThat(response.path("warnings").get(0).asString()).isEqualTo("a warning");
  }

  @Test
  void aPodThatIsAsItShouldBeIsAllowedWithoutAPatch() throws Exception {
    var response = answer(new Verdict.Injected(JsonNodeFactory.instance.arrayNode(), List.of()));
    assertThat(response.propertyNames()).containsExactlyInAnyOrder("uid", "allowed");
  }

  @Test
  void aRefusalNamesThePodAsItsControllerDoes() throws Exception {
    var response = answer(new Verdict.Refused(List.of("a: 1 (expected: 2)", "b: 3 (expected: 4)")));
    assertThat(response.path("allowed").asBoolean()).isFalse();
    assertThat(response.at("/status/code").asInt()).isEqualTo(403);
    assertThat(response.at("/status/message").asString())
        .isEqualTo("pod agent-*: a: 1 (expected: 2); b: 3 (expected: 4)");
  }

  @Test
  void aWarningIsCutToWhatTheApiServerShows() throws Exception {
    var patch = JsonNodeFactory.instance.arrayNode();
    var response = answer(new Verdict.Injected(patch, List.of("w".repeat(1_000))));
    assertThat(response.path("warnings").get(0).asString()).hasSize(Question.WARNING_MAX);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          admission.k8s.io/v1" | admission.k8s.io/v2" | apiVersion: another (expected: admission.k8s.io/v1)
          "AdmissionReview"    | "Other"              | kind: another (expected: AdmissionReview)
          "uid": "7            | "udi": "7            | request.uid: missing or too long (expected: the request's)
          "CREATE"             | "UPDATE"             | request.operation: another (expected: CREATE)
          "kind": "Pod"}       | "kind": "Job"}       | request.kind.kind: another (expected: Pod)
          "dryRun": false      | "subResource": "status" | request.subResource: another (expected: none)
          "dryRun": false      | "uid": "again"       | body: no JSON, or ambiguous (expected: an AdmissionReview)
          {"apiVersion"        | ["apiVersion"        | body: no JSON, or ambiguous (expected: an AdmissionReview)
          "object": {          | "other": {           | request.object: missing (expected: a pod)
          """)
  void whatIsNoQuestionIsSaidToBeNone(String part, String other, String message) {
    assertThat(REVIEW).contains(part);
    var body = REVIEW.replaceFirst(java.util.regex.Pattern.quote(part), other).getBytes(UTF_8);
    assertThatThrownBy(() -> Question.read(body))
        .isInstanceOf(Question.Malformed.class)
        .hasMessage(message);
  }

  private static JsonNode answer(Verdict verdict) throws Exception {
    var review =
        JsonMapper.shared().readTree(Question.read(REVIEW.getBytes(UTF_8)).answer(verdict));
    assertThat(review.path("apiVersion").asString()).isEqualTo("admission.k8s.io/v1");
    assertThat(review.path("kind").asString()).isEqualTo("AdmissionReview");
    return review.path("response");
  }
}
