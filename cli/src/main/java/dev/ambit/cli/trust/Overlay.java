package dev.ambit.cli.trust;

import dev.ambit.spiffe.anchors.TrustFolder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Runs a command where the directories of a trust folder lie over those of this system, as they do
/// in a pod: in a mount namespace of its own, which ends with it.
final class Overlay {
  private static final String SCRIPT =
      """
      set -e
      trust=$1
      shift
      for place in PLACES; do
        if [ -e "/$place" ]; then mount --bind "$trust/$place" "/$place"; fi
      done
      exec "$@"
      """
          .replace(
              "PLACES",
              TrustFolder.PLACES.stream().map(Path::toString).collect(Collectors.joining(" ")));

  private final List<String> before;

  private Overlay(List<String> before) {
    this.before = before;
  }

  /// Nothing when this user may not do so here.
  static Optional<Overlay> find(
      TrustFolder trust, Programs programs, Map<String, String> environment, Duration patience)
      throws InterruptedException {
    var unshare = programs.find("unshare");
    if (unshare.isEmpty()) {
      return Optional.empty();
    }
    // As root; else as root of a user namespace of its own.
    for (var rights : List.of(List.<String>of(), List.of("--user", "--map-root-user"))) {
      var before = new ArrayList<String>();
      before.add(unshare.get().toString());
      before.addAll(rights);
      before.addAll(List.of("--mount", "sh", "-c", SCRIPT, "sh", trust.path().toString()));
      var overlay = new Overlay(List.copyOf(before));
      if (programs.run(overlay.around(List.of("true")), environment, "", patience)) {
        return Optional.of(overlay);
      }
    }
    return Optional.empty();
  }

  List<String> around(List<String> command) {
    var whole = new ArrayList<>(before);
    whole.addAll(command);
    return whole;
  }
}
