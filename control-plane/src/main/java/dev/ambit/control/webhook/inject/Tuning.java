package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings.Needs;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What the proxy of one pod may use: its profile's resources, changed by annotations of the pod.
final class Tuning {
  private static final String FORM = "a quantity above 0, such as 100m, 0.5 or 256Mi";

  private final JsonNode annotations;
  private final Problems problems;

  Tuning(JsonNode annotations, Problems problems) {
    this.annotations = annotations;
    this.problems = problems;
  }

  /// Of a pod that says something wrong, the problems are all that counts.
  Needs of(Needs profile) {
    var requests = new TreeMap<>(profile.requests());
    var limits = new TreeMap<>(profile.limits());
    tune(requests, "cpu", Names.CPU_REQUEST);
    tune(limits, "cpu", Names.CPU_LIMIT);
    tune(requests, "memory", Names.MEMORY_REQUEST);
    tune(limits, "memory", Names.MEMORY_LIMIT);
    ordered(requests, limits, "cpu", Names.CPU_REQUEST, Names.CPU_LIMIT);
    ordered(requests, limits, "memory", Names.MEMORY_REQUEST, Names.MEMORY_LIMIT);
    return new Needs(requests, limits);
  }

  private void tune(Map<String, String> needs, String resource, String key) {
    var text = annotations.path(key).asString("");
    if (!annotations.has(key)) {
      return;
    }
    if (amount(text).filter(amount -> amount.signum() > 0).isEmpty()) {
      problems.add(field(key), text, FORM);
      return;
    }
    needs.put(resource, text);
  }

  private void ordered(
      Map<String, String> requests,
      Map<String, String> limits,
      String resource,
      String requestKey,
      String limitKey) {
    var request = requests.get(resource);
    var limit = limits.get(resource);
    if (request == null || limit == null) {
      return;
    }
    var more = amount(request).orElse(BigDecimal.ZERO);
    if (more.compareTo(amount(limit).orElse(more)) > 0) {
      var key = annotations.has(requestKey) ? requestKey : limitKey;
      problems.add(
          field(key),
          annotations.path(key).asString(""),
          "a request of at most the limit; the request would be "
              + request
              + " and the limit "
              + limit);
    }
  }

  private static String field(String key) {
    return "metadata.annotations[" + key + "]";
  }

  private static Optional<BigDecimal> amount(String text) {
    try {
      return Optional.of(Quantity.parse(text).getNumericalAmount());
    } catch (IllegalArgumentException | ArithmeticException _) {
      return Optional.empty();
    }
  }
}
