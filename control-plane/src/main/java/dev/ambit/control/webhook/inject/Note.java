package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// The annotation that says what was done to a pod: keys in order and no time, so that the same pod
/// gets the same one again.
final class Note {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String REPLACED = "replaced";

  private final Map<String, Set<String>> replaced = new TreeMap<>();
  private final Map<String, List<String>> skipped = new TreeMap<>();
  private final Set<String> containers = new TreeSet<>();

  /// The annotation of an earlier run, if there is one.
  static JsonNode earlier(JsonNode annotations) {
    try {
      return JsonMapper.shared().readTree(annotations.path(Names.STATUS).asString("null"));
    } catch (JacksonException _) {
      return JSON.missingNode();
    }
  }

  /// @param earlier run's annotation: what that one replaced is ours by now
  void container(String name, Trust.Loss loss, Set<String> variables, JsonNode earlier) {
    containers.add(name);
    var all = new TreeSet<>(loss.replaced());
    for (var variable : earlier.path(REPLACED).path(name)) {
      if (variables.contains(variable.asString(""))) {
        all.add(variable.asString());
      }
    }
    if (!all.isEmpty()) {
      replaced.put(name, all);
    }
    if (!loss.skipped().isEmpty()) {
      skipped.put(name, loss.skipped());
    }
  }

  /// For whoever creates the pod: what of its own does not count any more.
  List<String> warnings() {
    var warnings = new ArrayList<String>();
    replaced.forEach((name, variables) ->
        warnings.add(
            "ambit: container "
                + Shown.of(name)
                + ": replaced "
                + String.join(", ", variables)
                + ", so that its clients reach and trust the proxy"));
    skipped.forEach((name, places) ->
        warnings.add(
            "ambit: container "
                + Shown.of(name)
                + ": nothing is put over "
                + String.join(", ", places)
                + ", where it mounts something itself; clients that read no variable may not trust"
                + " the proxy"));
    return warnings;
  }

  String text(InjectionSettings settings, String profile) {
    var status = JSON.objectNode().put("config", settings.digest());
    containers.forEach(status.putArray("containers")::add);
    status.put("mode", settings.mode().text()).put("profile", profile);
    var lost = status.putObject(REPLACED);
    replaced.forEach((name, variables) -> variables.forEach(lost.withArrayProperty(name)::add));
    var places = status.putObject("skipped");
    skipped.forEach((name, paths) -> paths.forEach(places.withArrayProperty(name)::add));
    status.put("version", settings.version());
    new TreeSet<>(Names.VOLUMES).forEach(status.putArray("volumes")::add);
    return status.toString();
  }
}
