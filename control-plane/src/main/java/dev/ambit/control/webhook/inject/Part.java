package dev.ambit.control.webhook.inject;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/// A container of the pod, and where it stands.
///
/// @param list `containers` or `initContainers`
record Part(String list, int index, JsonNode container) {
  static final JsonPointer SPEC = JsonPointer.compile("/spec");
  static final JsonPointer INIT_CONTAINERS = SPEC.appendProperty("initContainers");
  static final JsonPointer CONTAINERS = SPEC.appendProperty("containers");

  /// All that are not ours, in the order in which they start.
  static List<Part> ofOthers(JsonNode spec) {
    var parts = new ArrayList<Part>();
    for (var list : List.of("initContainers", "containers")) {
      var containers = spec.path(list);
      for (var i = 0; i < containers.size(); i++) {
        var part = new Part(list, i, containers.get(i));
        if (!part.ours()) {
          parts.add(part);
        }
      }
    }
    return parts;
  }

  String name() {
    return container.path("name").asString("");
  }

  /// Our names are init containers' alone: whoever else has one is no part of ours.
  boolean ours() {
    return list.equals("initContainers") && Names.CONTAINERS.contains(name());
  }

  JsonPointer place() {
    return SPEC.appendProperty(list).appendIndex(index);
  }

  /// As a person finds it in the manifest.
  String field() {
    return "spec." + list + "[" + Shown.of(name()) + "]";
  }
}
