package dev.ambit.control.webhook.inject;

import dev.ambit.resources.InjectionSettings.Mode;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Lets the clients in a container trust the proxy: what it publishes is mounted, and the variables
/// name it. In explicit mode they are told of the proxy as well.
final class Trust {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final TrustFolder FOLDER = new TrustFolder(Path.of(Sidecar.TRUST_PATH));
  private static final Path ROOT = Path.of("/");

  /// Where clients look without being told, and what lies over it.
  private static final Path SYSTEM = ofSystem(FOLDER.directory());

  /// What is there afterwards, whatever the image had.
  private static final Set<Path> SYSTEM_FILES =
      Set.of(SYSTEM, ofSystem(FOLDER.bundle()), ofSystem(FOLDER.javaStore()));

  private static final JsonPointer MOUNTS = JsonPointer.compile("/volumeMounts");
  private static final JsonPointer ENV = JsonPointer.compile("/env");
  private static final String PROXY = "http://127.0.0.1:15002";
  private static final String LOOPBACK = "localhost,127.0.0.1,::1";

  private final Mode mode;

  Trust(Mode mode) {
    this.mode = mode;
  }

  /// What a container has to do without.
  ///
  /// @param replaced variables that it sets itself and that are ours now, sorted
  /// @param skipped places of the system where it mounts something itself
  record Loss(Set<String> replaced, List<String> skipped) {}

  Loss give(Draft draft, Part part) {
    var own = new ArrayList<Path>();
    for (var mount : part.container().path("volumeMounts")) {
      if (!Placement.name(mount).equals(Names.TRUST)) {
        own.add(path(mount));
      }
    }
    // A mount above would have to hold our mount point, and one below would have to be made in
    // ours.
    var taken = own.stream().anyMatch(path -> path.startsWith(SYSTEM) || SYSTEM.startsWith(path));
    mount(draft, part, Sidecar.TRUST_PATH, "");
    if (!taken) {
      mount(draft, part, SYSTEM.toString(), ROOT.relativize(SYSTEM).toString());
    }
    var replaced = new TreeSet<String>();
    variables(draft, part, taken ? Set.of() : SYSTEM_FILES, replaced);
    return new Loss(replaced, taken ? List.of(SYSTEM.toString()) : List.of());
  }

  /// The names of all variables that are set.
  Set<String> names() {
    var names = new TreeSet<>(TrustVariables.of(FOLDER, "").keySet());
    names.addAll(proxies().keySet());
    return names;
  }

  /// Where a mount goes; the root for what is no path, which the API server refuses afterwards.
  static Path path(JsonNode mount) {
    try {
      return ROOT.resolve(mount.path("mountPath").asString("")).normalize();
    } catch (InvalidPathException _) {
      return ROOT;
    }
  }

  private static void mount(Draft draft, Part part, String path, String inside) {
    var mounts = draft.at(part.place().append(MOUNTS));
    for (var mount : mounts) {
      if (Placement.name(mount).equals(Names.TRUST)
          && mount.path("mountPath").asString("").equals(path)) {
        return;
      }
    }
    var mount =
        JSON.objectNode().put("name", Names.TRUST).put("mountPath", path).put("readOnly", true);
    draft.append(
        part.place().append(MOUNTS), inside.isEmpty() ? mount : mount.put("subPath", inside));
  }

  /// @param files of the system that are ours in this container
  private void variables(Draft draft, Part part, Set<Path> files, Set<String> replaced) {
    for (var variable : new TreeMap<>(TrustVariables.of(FOLDER, "")).entrySet()) {
      var name = variable.getKey();
      UnaryOperator<String> wanted =
          name.equals(TrustVariables.JAVA)
              ? Trust::java
              : value -> leadsToOurs(value, files) ? value : variable.getValue();
      set(draft, part, name, wanted, replaced);
    }
    proxies().forEach((name, value) -> set(draft, part, name, _ -> value, replaced));
  }

  /// A name may stand there more than once, and the last one counts: each is set.
  private static void set(
      Draft draft, Part part, String name, UnaryOperator<String> wanted, Set<String> replaced) {
    var place = part.place().append(ENV);
    var env = draft.at(place);
    var found = false;
    for (var i = 0; i < env.size(); i++) {
      if (!Placement.name(env.get(i)).equals(name)) {
        continue;
      }
      found = true;
      var elsewhere = !Draft.absent(env.get(i).path("valueFrom"));
      var value = elsewhere ? "" : env.get(i).path("value").asString("");
      var whole = variable(name, wanted.apply(value));
      if (elsewhere || !value.equals(whole.path("value").asString())) {
        draft.replace(place, i, whole);
        if (elsewhere || !name.equals(TrustVariables.JAVA)) {
          replaced.add(name);
        }
      }
    }
    if (!found) {
      draft.append(place, variable(name, wanted.apply("")));
    }
  }

  private static ObjectNode variable(String name, String value) {
    return JSON.objectNode().put("name", name).put("value", value);
  }

  private static String java(String value) {
    return Objects.requireNonNull(TrustVariables.of(FOLDER, value).get(TrustVariables.JAVA));
  }

  /// Whether a value names what we publish and nothing else. A variable of Kubernetes in it could
  /// become anything.
  private static boolean leadsToOurs(String value, Set<Path> files) {
    return !value.contains("$(")
        && Arrays.stream(value.split(":", -1)).allMatch(path -> isOurs(path, files));
  }

  private static boolean isOurs(String text, Set<Path> files) {
    try {
      var path = Path.of(text).normalize();
      return path.startsWith(FOLDER.path()) || files.contains(path);
    } catch (InvalidPathException _) {
      return false;
    }
  }

  private Map<String, String> proxies() {
    var proxies = new TreeMap<String, String>();
    if (mode == Mode.EXPLICIT) {
      for (var name : List.of("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")) {
        proxies.put(name, PROXY);
        proxies.put(name.toLowerCase(Locale.ROOT), PROXY);
      }
      proxies.put("NO_PROXY", LOOPBACK);
      proxies.put("no_proxy", LOOPBACK);
    }
    return proxies;
  }

  private static Path ofSystem(Path published) {
    return ROOT.resolve(FOLDER.path().relativize(published));
  }
}
