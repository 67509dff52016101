package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings;
import java.util.List;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Puts the proxy into pods. The pod's own JSON is looked at and patched, so that fields of
/// Kubernetes versions to come pass through; a pod that was injected is recomputed, and what is as
/// it should be is left alone. Immutable and thread-safe.
public final class Injector {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final JsonPointer METADATA = JsonPointer.compile("/metadata");
  private static final JsonPointer LABELS = METADATA.appendProperty("labels");
  private static final JsonPointer ANNOTATIONS = METADATA.appendProperty("annotations");
  private static final List<String> DEFAULTS =
      List.of(
          "kubectl.kubernetes.io/default-container",
          "kubectl.kubernetes.io/default-logs-container");

  private final InjectionSettings settings;
  private final Sidecar sidecar;
  private final List<ObjectNode> volumes;
  private final Trust trust;

  public Injector(InjectionSettings settings) {
    this.settings = settings;
    this.sidecar = new Sidecar(settings);
    // Here, or the first pod would wait for half a second until all types are loaded.
    this.volumes = sidecar.volumes();
    this.trust = new Trust(settings.mode());
  }

  /// Judges a pod, and changes a copy of it.
  public Verdict inject(ObjectNode pod) {
    var problems = new Problems();
    var annotations = pod.at(ANNOTATIONS);
    new Objections(settings, pod, annotations.has(Names.STATUS), problems).raise();
    var profileName = pod.at(LABELS).path(Names.PROFILE).asString(InjectionSettings.USUAL);
    var profile = settings.profiles().get(profileName);
    if (profile == null) {
      return new Verdict.Refused(problems.all());
    }
    var needs = new Tuning(annotations, problems).of(profile.resources());
    if (!problems.all().isEmpty()) {
      return new Verdict.Refused(problems.all());
    }
    var draft = new Draft(pod);
    Placement.volumes(draft, volumes);
    Placement.containers(draft, sidecar.containers(profile, needs));
    var note = others(draft, profile, annotations);
    draft.put(LABELS.appendProperty(Names.INJECTED), JSON.stringNode("true"));
    draft.put(
        ANNOTATIONS.appendProperty(Names.STATUS),
        JSON.stringNode(note.text(settings, profileName)));
    var first = pod.path("spec").path("containers").path(0).path("name");
    if (first.isString()) {
      DEFAULTS.forEach(key -> draft.putIfAbsent(ANNOTATIONS.appendProperty(key), first));
    }
    return new Verdict.Injected(draft.patch(), note.warnings());
  }

  private Note others(Draft draft, InjectionSettings.Profile profile, JsonNode annotations) {
    var earlier = Note.earlier(annotations);
    var note = new Note();
    var spec = draft.at(Part.SPEC);
    for (var part : Part.ofOthers(spec)) {
      Privileges.fill(draft, part, spec.path("securityContext"), profile.runAsUser());
      note.container(part.name(), trust.give(draft, part), trust.names(), earlier);
    }
    return note;
  }
}
