package dev.ambit.dev.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a machine needs for a pod without a cluster, and what of it is missing here.
///
/// @param uid of this process
/// @param path folders of programs
/// @param redirect the program `ambit-redirect`; empty where the launcher could not build it
record PodNeeds(int uid, List<Path> path, Optional<Path> redirect) {
  /// What the launcher says of the redirect.
  static final String REDIRECT = "ambit.redirect";

  private static final Map<String, String> PROGRAMS = programs();

  PodNeeds {
    path = List.copyOf(path);
  }

  /// Of this process.
  static PodNeeds here(Map<String, String> environment) throws IOException {
    return new PodNeeds(
        (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"),
        List.of(environment.getOrDefault("PATH", "").split(":")).stream().map(Path::of).toList(),
        Optional.ofNullable(System.getProperty(REDIRECT)).map(Path::of));
  }

  /// Each with how to get it; empty when all is there.
  List<String> missing() {
    var missing = new ArrayList<String>();
    if (uid != 0) {
      missing.add("root: proxy and agent are users of their own, in a network of their own");
    }
    PROGRAMS.forEach((program, from) -> {
      if (path.stream().noneMatch(folder -> Files.isExecutable(folder.resolve(program)))) {
        missing.add(program + ": package " + from);
      }
    });
    if (redirect.isEmpty()) {
      missing.add(
          "ambit-redirect: what turns a pod's traffic to its proxy; ./ambit builds it as root, with go (1.24 or later)");
    }
    return missing;
  }

  private static Map<String, String> programs() {
    var programs = new LinkedHashMap<String, String>();
    programs.put("ip", "iproute2");
    programs.put("nft", "nftables");
    for (var one : List.of("unshare", "nsenter", "setpriv")) {
      programs.put(one, "util-linux");
    }
    programs.put("mount", "mount");
    programs.put("curl", "curl");
    return programs;
  }
}
