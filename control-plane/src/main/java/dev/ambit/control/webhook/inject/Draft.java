package dev.ambit.control.webhook.inject;

import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A copy of a pod that is being changed, and the operations (RFC 6902) that change the original in
/// the same way. What is as it should be costs no operation, and what nobody names stays as it is.
final class Draft {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ObjectNode pod;
  private final ArrayNode patch = JSON.arrayNode();

  Draft(ObjectNode pod) {
    this.pod = pod.deepCopy();
  }

  /// As it is now; missing where there is nothing.
  JsonNode at(JsonPointer place) {
    return pod.at(place);
  }

  ArrayNode patch() {
    return patch;
  }

  /// Makes a member of an object hold this; the objects above it are made where they are missing.
  void put(JsonPointer place, JsonNode value) {
    var present = pod.at(place);
    if (present.equals(value)) {
      return;
    }
    var parent = object(place.head());
    note(absent(present) ? "add" : "replace", place, value);
    parent.set(place.last().getMatchingProperty(), value.deepCopy());
  }

  /// As [#put], where nothing is said.
  void putIfAbsent(JsonPointer place, JsonNode value) {
    if (absent(pod.at(place))) {
      put(place, value);
    }
  }

  /// Puts an element into an array, in front of the one that has the index now; an array that is
  /// missing is made.
  void insert(JsonPointer array, int index, JsonNode value) {
    if (absent(pod.at(array))) {
      put(array, JSON.arrayNode().add(value.deepCopy()));
      return;
    }
    note("add", array.appendIndex(index), value);
    elements(array).insert(index, value.deepCopy());
  }

  /// Puts an element at the end of an array.
  void append(JsonPointer array, JsonNode value) {
    insert(array, pod.at(array).size(), value);
  }

  /// Makes an element of an array be this.
  void replace(JsonPointer array, int index, JsonNode value) {
    if (elements(array).get(index).equals(value)) {
      return;
    }
    note("replace", array.appendIndex(index), value);
    elements(array).set(index, value.deepCopy());
  }

  /// Takes an element out of an array.
  void remove(JsonPointer array, int index) {
    patch.addObject().put("op", "remove").put("path", array.appendIndex(index).toString());
    elements(array).remove(index);
  }

  /// Kubernetes takes null for nothing.
  static boolean absent(JsonNode node) {
    return node.isMissingNode() || node.isNull();
  }

  private ObjectNode object(JsonPointer place) {
    if (absent(pod.at(place))) {
      put(place, JSON.objectNode());
    }
    return (ObjectNode) pod.at(place);
  }

  private ArrayNode elements(JsonPointer array) {
    return (ArrayNode) pod.at(array);
  }

  /// The value is copied: what is changed later has operations of its own.
  private void note(String operation, JsonPointer place, JsonNode value) {
    patch
        .addObject()
        .put("op", operation)
        .put("path", place.toString())
        .set("value", value.deepCopy());
  }
}
