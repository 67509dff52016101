package dev.ambit.control.webhook.inject;

import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What a container beside the proxy may: fills in what nobody says, and refuses what would let it
/// out. Whoever can become the proxy's user, or change the kernel's rules, is out.
final class Privileges {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String SECURITY = "securityContext";
  private static final JsonPointer USER = JsonPointer.compile("/securityContext/runAsUser");
  private static final JsonPointer GROUP = JsonPointer.compile("/securityContext/runAsGroup");
  private static final JsonPointer ESCALATION =
      JsonPointer.compile("/securityContext/allowPrivilegeEscalation");
  private static final JsonPointer DROP = JsonPointer.compile("/securityContext/capabilities/drop");
  private static final String OTHER_ID = "another: 2112 is the proxy's";

  private Privileges() {}

  /// What is said for the whole pod.
  static void checkPod(JsonNode spec, Problems problems) {
    var security = spec.path(SECURITY);
    identity("spec.securityContext", security, problems);
    if (isProxy(security.path("fsGroup"))) {
      problems.add("spec.securityContext.fsGroup", security.path("fsGroup"), OTHER_ID);
    }
    for (var group : security.path("supplementalGroups")) {
      if (isProxy(group)) {
        problems.add("spec.securityContext.supplementalGroups", group, OTHER_ID);
      }
    }
  }

  static void check(Part part, Problems problems) {
    var field = part.field() + "." + SECURITY;
    var security = part.container().path(SECURITY);
    identity(field, security, problems);
    if (security.path("privileged").asBoolean(false)) {
      problems.add(field + ".privileged", "true", "false or absent; remove it");
    }
    if (security.path("allowPrivilegeEscalation").asBoolean(false)) {
      problems.add(field + ".allowPrivilegeEscalation", "true", "false or absent; remove it");
    }
    if (security.path("procMount").asString("").equals("Unmasked")) {
      problems.add(field + ".procMount", "Unmasked", "Default or absent; remove it");
    }
    var capabilities = security.path("capabilities");
    for (var added : capabilities.path("add")) {
      if (!added.asString("").equals("NET_BIND_SERVICE")) {
        problems.add(
            field + ".capabilities.add", added, "none, or NET_BIND_SERVICE alone; remove it");
      }
    }
    var dropped = capabilities.path("drop");
    if (!dropped.isEmpty() && dropped.values().stream().noneMatch(Privileges::isAll)) {
      problems.add(
          field + ".capabilities.drop", dropped, "[\"ALL\"], or nothing, which becomes it");
    }
  }

  /// @param user of the profile
  static void fill(Draft draft, Part part, JsonNode podSecurity, long user) {
    if (Draft.absent(draft.at(part.place().append(USER)))
        && Draft.absent(podSecurity.path("runAsUser"))) {
      draft.put(part.place().append(USER), JSON.numberNode(Math.toIntExact(user)));
      if (Draft.absent(podSecurity.path("runAsGroup"))) {
        draft.putIfAbsent(part.place().append(GROUP), JSON.numberNode(Math.toIntExact(user)));
      }
    }
    draft.putIfAbsent(part.place().append(ESCALATION), JSON.booleanNode(false));
    if (draft.at(part.place().append(DROP)).isEmpty()) {
      draft.put(part.place().append(DROP), JSON.arrayNode().add("ALL"));
    }
  }

  private static void identity(String field, JsonNode security, Problems problems) {
    if (isProxy(security.path("runAsUser"))) {
      problems.add(field + ".runAsUser", security.path("runAsUser"), OTHER_ID);
    }
    if (isProxy(security.path("runAsGroup"))) {
      problems.add(field + ".runAsGroup", security.path("runAsGroup"), OTHER_ID);
    }
  }

  private static boolean isProxy(JsonNode id) {
    return id.asLong(-1) == Names.PROXY_UID;
  }

  private static boolean isAll(JsonNode capability) {
    return capability.asString("").equals("ALL");
  }
}
