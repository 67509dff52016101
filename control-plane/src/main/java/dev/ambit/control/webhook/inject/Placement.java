package dev.ambit.control.webhook.inject;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Puts our containers and volumes into a pod: containers in front of all others, each made anew
/// from the settings, whatever stands under its name.
final class Placement {
  private static final JsonPointer VOLUMES = Part.SPEC.appendProperty("volumes");

  /// Every container gets it from the API server, ours too, after they have been put in.
  private static final String ACCOUNT_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";

  private Placement() {}

  /// A container that someone else put in front is behind ours afterwards: order is what protects,
  /// and nothing is lost by it.
  static void containers(Draft draft, List<ObjectNode> ours) {
    for (var i = 0; i < ours.size(); i++) {
      var wanted = ours.get(i);
      var at = find(draft.at(Part.INIT_CONTAINERS), name(wanted));
      var whole = at < 0 ? wanted : kept(draft.at(Part.INIT_CONTAINERS).get(at), wanted);
      if (at == i) {
        draft.replace(Part.INIT_CONTAINERS, i, whole);
        continue;
      }
      if (at >= 0) {
        draft.remove(Part.INIT_CONTAINERS, at);
      }
      draft.insert(Part.INIT_CONTAINERS, i, whole);
    }
    // One of another mode, or the second of a name.
    var all = draft.at(Part.INIT_CONTAINERS);
    for (var i = all.size() - 1; i >= ours.size(); i--) {
      if (Names.CONTAINERS.contains(name(all.get(i)))) {
        draft.remove(Part.INIT_CONTAINERS, i);
      }
    }
  }

  static void volumes(Draft draft, List<ObjectNode> ours) {
    for (var wanted : ours) {
      var at = find(draft.at(VOLUMES), name(wanted));
      if (at < 0) {
        draft.append(VOLUMES, wanted);
      } else {
        draft.replace(VOLUMES, at, wanted);
      }
    }
  }

  static int find(JsonNode list, String name) {
    for (var i = 0; i < list.size(); i++) {
      if (name(list.get(i)).equals(name)) {
        return i;
      }
    }
    return -1;
  }

  static String name(JsonNode element) {
    return element.path("name").asString("");
  }

  /// What others may add to ours: the token of the service account, and resources that a LimitRange
  /// fills in. Nothing else of what stands there is taken over.
  private static ObjectNode kept(JsonNode present, ObjectNode wanted) {
    var whole = wanted.deepCopy();
    var mounts = new ArrayList<JsonNode>();
    for (var mount : present.path("volumeMounts")) {
      if (mount.path("mountPath").asString("").equals(ACCOUNT_PATH)
          && mount.path("readOnly").asBoolean(false)) {
        mounts.add(mount);
      }
    }
    if (!mounts.isEmpty()) {
      whole.withArrayProperty("volumeMounts").addAll(mounts);
    }
    for (var kind : List.of("requests", "limits")) {
      var filled = present.path("resources").path(kind);
      for (var resource : filled.properties()) {
        var ours = whole.withObjectProperty("resources").withObjectProperty(kind);
        if (!ours.has(resource.getKey())) {
          ours.set(resource.getKey(), resource.getValue());
        }
      }
    }
    return whole;
  }
}
