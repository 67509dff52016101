package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/// Why a pod is not injected as it is: whatever would make its proxy something to walk around.
final class Objections {
  private static final Path TRUST = Path.of(Sidecar.TRUST_PATH);
  private static final List<String> HOST_FIELDS =
      List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace");
  private static final String SPIFFE_DRIVER = "csi.spiffe.io";

  private final InjectionSettings settings;
  private final JsonNode pod;
  private final Problems problems;

  /// Whether the pod has been here before: then what bears our names is made anew, whoever wrote
  /// it.
  private final boolean again;

  Objections(InjectionSettings settings, JsonNode pod, boolean again, Problems problems) {
    this.settings = settings;
    this.pod = pod;
    this.again = again;
    this.problems = problems;
  }

  void raise() {
    var spec = pod.path("spec");
    keys("labels", Names.LABELS);
    keys("annotations", Names.ANNOTATIONS);
    labels();
    exclusions();
    host(spec);
    nameServers(spec);
    meshes(spec);
    Privileges.checkPod(spec, problems);
    volumes(spec);
    for (var part : Part.ofOthers(spec)) {
      names(part);
      mounts(part);
      Privileges.check(part, problems);
    }
    if (!again) {
      ours(spec);
    }
  }

  private void keys(String kind, List<String> known) {
    for (var key : new TreeSet<>(pod.path("metadata").path(kind).propertyNames())) {
      if (key.startsWith(Names.PREFIX) && !known.contains(key)) {
        problems.add(
            "metadata." + kind + "[" + Shown.of(key) + "]",
            "unknown",
            "one of " + String.join(", ", known) + "; remove it");
      }
    }
  }

  private void labels() {
    var labels = pod.path("metadata").path("labels");
    var injected = labels.path(Names.INJECTED);
    if (!Draft.absent(injected) && !injected.asString("").equals("true")) {
      problems.add(
          "metadata.labels[" + Names.INJECTED + "]",
          injected,
          "nothing: injection sets it, and nobody can be left out; remove it");
    }
    var profile = labels.path(Names.PROFILE);
    if (!Draft.absent(profile) && !settings.profiles().containsKey(profile.asString(""))) {
      problems.add(
          "metadata.labels[" + Names.PROFILE + "]",
          profile,
          "one of " + String.join(", ", new TreeSet<>(settings.profiles().keySet())));
    }
  }

  private void exclusions() {
    var ports = pod.path("metadata").path("annotations").path(Names.EXCLUDED_PORTS);
    if (!Draft.absent(ports)) {
      problems.add(
          "metadata.annotations[" + Names.EXCLUDED_PORTS + "]",
          ports,
          settings.outboundExclusions()
              ? "nothing: the redirect of this version leaves no port out; remove it"
              : "nothing: allowOutboundExclusions is false; remove it");
    }
  }

  private void host(JsonNode spec) {
    for (var field : HOST_FIELDS) {
      if (spec.path(field).asBoolean(false)) {
        problems.add(
            "spec." + field,
            "true",
            "false or absent; remove it, for the proxy must stand between the pod and all else");
      }
    }
    var system = spec.path("os").path("name");
    if (!Draft.absent(system) && !system.asString("").equals("linux")) {
      problems.add("spec.os.name", system, "linux; run it in a namespace without injection");
    }
  }

  /// The proxy asks those of its pod. Search domains and options are the agent's alone: it gives
  /// the proxy whole names.
  private void nameServers(JsonNode spec) {
    var servers = spec.path("dnsConfig").path("nameservers");
    if (!servers.isEmpty()) {
      problems.add(
          "spec.dnsConfig.nameservers",
          servers.path(0),
          "none; remove them, for the proxy would ask them, too; searches and options may stay");
    }
  }

  private void meshes(JsonNode spec) {
    var metadata = pod.path("metadata");
    mesh(spec, "istio-proxy", "Istio");
    mesh(spec, "linkerd-proxy", "Linkerd");
    for (var kind : List.of("labels", "annotations")) {
      if (metadata.path(kind).path("sidecar.istio.io/inject").asString("").equals("true")) {
        mesh("metadata." + kind + "[sidecar.istio.io/inject]", "true", "Istio");
      }
    }
    var linkerd = metadata.path("annotations").path("linkerd.io/inject").asString("");
    if (linkerd.equals("enabled") || linkerd.equals("ingress")) {
      mesh("metadata.annotations[linkerd.io/inject]", linkerd, "Linkerd");
    }
  }

  private void mesh(JsonNode spec, String container, String mesh) {
    for (var part : Part.ofOthers(spec)) {
      if (part.name().equals(container)) {
        mesh("spec." + part.list(), container, mesh);
      }
    }
  }

  private void mesh(String field, String value, String mesh) {
    problems.add(
        field,
        value,
        "no "
            + mesh
            + " sidecar beside the proxy: both redirect the pod; turn its injection off for this"
            + " pod or namespace");
  }

  private void volumes(JsonNode spec) {
    for (var volume : spec.path("volumes")) {
      var name = Placement.name(volume);
      if (Names.VOLUMES.contains(name)) {
        continue;
      }
      var field = "spec.volumes[" + Shown.of(name) + "]";
      if (!Draft.absent(volume.path("hostPath"))) {
        problems.add(
            field + ".hostPath",
            volume.path("hostPath").path("path"),
            "another kind of volume: files of the node are a way around the proxy");
      }
      if (volume.path("csi").path("driver").asString("").equals(SPIFFE_DRIVER)) {
        problems.add(
            field + ".csi.driver", SPIFFE_DRIVER, "nothing: identity is the proxy's; remove it");
      }
    }
  }

  private void names(Part part) {
    if (Names.CONTAINERS.contains(part.name())) {
      problems.add("spec." + part.list(), part.name(), "another name: it is reserved");
    }
  }

  /// What the webhook alone makes, in a pod that it has not seen.
  private void ours(JsonNode spec) {
    for (var container : spec.path("initContainers")) {
      if (Names.CONTAINERS.contains(Placement.name(container))) {
        reserved("spec.initContainers", Placement.name(container));
      }
    }
    for (var volume : spec.path("volumes")) {
      if (Names.VOLUMES.contains(Placement.name(volume))) {
        reserved("spec.volumes", Placement.name(volume));
      }
    }
  }

  private void reserved(String field, String name) {
    problems.add(field, name, "another name: injection adds it by itself; remove it");
  }

  private void mounts(Part part) {
    for (var mount : part.container().path("volumeMounts")) {
      var volume = Placement.name(mount);
      var field = part.field() + ".volumeMounts[" + Shown.of(volume) + "]";
      if (volume.equals(Names.PRIVATE) || volume.equals(Names.SPIFFE)) {
        problems.add(field, volume, "nothing: it is the proxy's alone; remove it");
      } else if (volume.equals(Names.TRUST) && !mount.path("readOnly").asBoolean(false)) {
        problems.add(field + ".readOnly", "false", "true: only the proxy writes there");
      } else if (!volume.equals(Names.TRUST) && Trust.path(mount).startsWith(TRUST)) {
        problems.add(
            field + ".mountPath",
            mount.path("mountPath"),
            "a place outside of " + TRUST + ", where whom to trust is mounted");
      }
    }
  }
}
