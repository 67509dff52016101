package dev.ambit.control.webhook;

import dev.ambit.control.webhook.inject.Shown;
import dev.ambit.control.webhook.inject.Verdict;
import java.util.Base64;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What the API server asks (`AdmissionReview` of admission.k8s.io/v1), and how it is answered.
///
/// @param uid of the request, which the answer repeats
/// @param pod as it shall be created
record Question(String uid, ObjectNode pod) {
  static final String VERSION = "admission.k8s.io/v1";
  static final String KIND = "AdmissionReview";

  /// Warnings beyond this are cut by the API server.
  static final int WARNING_MAX = 256;

  private static final int NAME_MAX = 253;
  private static final int FORBIDDEN = 403;
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /// Reads a question.
  static Question read(byte[] body) throws Malformed {
    var review = tree(body);
    need(review.path("apiVersion"), "apiVersion", VERSION);
    need(review.path("kind"), "kind", KIND);
    var request = review.path("request");
    var uid = request.path("uid").asString("");
    if (uid.isEmpty() || uid.length() > NAME_MAX) {
      throw new Malformed("request.uid: missing or too long (expected: the request's)");
    }
    need(request.path("operation"), "request.operation", "CREATE");
    need(request.path("kind").path("group"), "request.kind.group", "");
    need(request.path("kind").path("version"), "request.kind.version", "v1");
    need(request.path("kind").path("kind"), "request.kind.kind", "Pod");
    need(request.path("subResource"), "request.subResource", "");
    if (!(request.path("object") instanceof ObjectNode pod)) {
      throw new Malformed("request.object: missing (expected: a pod)");
    }
    return new Question(uid, pod);
  }

  /// The pod as a person knows it: one that a controller makes has no name yet.
  private String name() {
    var metadata = pod.path("metadata");
    var name = metadata.path("name").asString("");
    return Shown.of(
        name.isEmpty() ? metadata.path("generateName").asString("") + "*" : name, NAME_MAX);
  }

  byte[] answer(Verdict verdict) {
    var review = JSON.createObjectNode().put("apiVersion", VERSION).put("kind", KIND);
    var response = review.putObject("response").put("uid", uid);
    switch (verdict) {
      case Verdict.Injected(var patch, var warnings) -> {
        response.put("allowed", true);
        if (!patch.isEmpty()) {
          response
              .put("patchType", "JSONPatch")
              .put("patch", Base64.getEncoder().encodeToString(JSON.writeValueAsBytes(patch)));
        }
        if (!warnings.isEmpty()) {
          warnings.stream().map(Question::cut).forEach(response.putArray("warnings")::add);
        }
      }
      case Verdict.Refused(var problems) ->
          response
              .put("allowed", false)
              .putObject("status")
              .put("code", FORBIDDEN)
              .put("reason", "Forbidden")
              .put("message", refusal(problems));
    }
    return JSON.writeValueAsBytes(review);
  }

  private String refusal(List<String> problems) {
    return "pod " + name() + ": " + String.join("; ", problems);
  }

  private static String cut(String warning) {
    return warning.length() > WARNING_MAX ? warning.substring(0, WARNING_MAX - 1) + "…" : warning;
  }

  private static JsonNode tree(byte[] body) throws Malformed {
    try {
      return JSON.readTree(body);
    } catch (JacksonException _) {
      throw new Malformed("body: no JSON, or ambiguous (expected: an AdmissionReview)");
    }
  }

  private static void need(JsonNode value, String field, String expected) throws Malformed {
    if (!value.asString("").equals(expected)) {
      throw new Malformed(
          field + ": another (expected: " + (expected.isEmpty() ? "none" : expected) + ")");
    }
  }

  /// What came is no question that this webhook answers; the API server's configuration is wrong,
  /// or somebody else asks.
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }
  }
}
