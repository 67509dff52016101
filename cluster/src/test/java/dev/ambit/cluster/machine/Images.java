package dev.ambit.cluster.machine;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Our images and one with curl for agents, built by an engine of the tests' own and saved as
/// files. Without AOT caches unless the environment says `AMBIT_IMAGES_TRAINED=1`: what is tested
/// is the same, and training takes minutes.
public final class Images {
  private static final String TAG = "node";
  private static final List<String> OURS =
      List.of("ambit-proxy:" + TAG, "ambit-redirect:" + TAG, "ambit-control-plane:" + TAG);

  private final String agent;
  private final List<Path> files;

  private Images(String agent, List<Path> files) {
    this.agent = agent;
    this.files = List.copyOf(files);
  }

  /// Builds what has changed; a minute at first.
  ///
  /// @param folder where the files go
  public static Images build(Path folder) throws IOException, InterruptedException {
    var engine = Tree.root().resolve("e2e/containers/engine").toString();
    var root =
        User.ROOT
            .with("HOME", System.getProperty("user.home"))
            .with("AMBIT_TOOLS", Tools.home().toString());
    var user = root.with("DOCKER_HOST", root.run(engine, "up").done().strip());
    var base = user.run(Tree.root().resolve("deploy/images/base-build").toString()).done().strip();
    var build =
        new ArrayList<>(
            List.of(
                Tree.root().resolve("deploy/images/images").toString(),
                "--base",
                base,
                "--tag",
                TAG,
                "-o",
                "json"));
    if (!"1".equals(System.getenv("AMBIT_IMAGES_TRAINED"))) {
      build.add("--no-training");
    }
    run(build, user);
    var files = new ArrayList<Path>();
    for (var image : List.of(OURS.get(0), OURS.get(1), OURS.get(2), base)) {
      var file = folder.resolve(image.replaceAll("[^a-z0-9]", "-") + ".tar");
      Files.deleteIfExists(file);
      var _ = user.run("docker", "save", "-o", file.toString(), image).done();
      files.add(file);
    }
    return new Images(base, files);
  }

  /// For as long as it takes: a command of [User] ends after three minutes.
  private static void run(List<String> command, User user)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(user.variables());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException("images: not built (expected: exit 0)\n" + said);
    }
  }

  /// The one for agents: Debian with curl.
  public String agent() {
    return agent;
  }

  /// As `--set` of the chart takes them.
  public String values() {
    return "controlPlane.image.tag="
        + TAG
        + ",proxy.image.tag="
        + TAG
        + ",redirect.image.tag="
        + TAG;
  }

  /// What a node takes.
  public Path[] files() {
    return files.toArray(Path[]::new);
  }
}
