package dev.ambit.e2e.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.Network;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The image build's training: the production program answers on every path of the bench, and its
/// launcher starts it from the cache that comes of it.
class TrainingTest {
  private static final String ADDRESS = "10.77.0.1";

  @TempDir private Path folder;

  @Test
  void makesACacheThatTheLauncherStartsWith() throws Exception {
    var programs = new Programs(folder);
    var home = programs.proxyHome();
    var training = new ArrayList<>(programs.bench(home));
    training.addAll(List.of("train", "--profile", "small"));
    try (var network = Network.open(ADDRESS)) {
      var _ = User.ROOT.in(network).run(training).done();
    }

    assertThat(home.resolve("launch/small.aot")).isNotEmptyFile();
    // With this mode Java ends when it cannot use the cache.
    var usage =
        User.ROOT
            .with("JAVA_HOME", System.getProperty("java.home"))
            .with("AMBIT_JAVA_OPTIONS", "-XX:AOTMode=on")
            .run(home.resolve("launch/ambit-proxy").toString(), "small", "--help")
            .done();
    assertThat(usage).startsWith("Usage: ambit-proxy");
  }
}
