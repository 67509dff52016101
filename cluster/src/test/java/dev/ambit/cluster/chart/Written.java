package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file of the tree that a test makes, and that nobody writes by hand.
final class Written {
  private static final String HOW =
      "written anew with: mvn test -pl cluster -am -Dtest='dev/ambit/cluster/chart/*Test'"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dambit.write.docs=true";

  private Written() {}

  /// Fails when the file says anything else, or writes it where that is asked for.
  ///
  /// @param file relative to the top folder
  static void is(String file, String content) throws IOException {
    var path = path(file);
    if (Boolean.getBoolean("ambit.write.docs")) {
      Files.createDirectories(path.resolveSibling("."));
      Files.writeString(path, content);
    }
    assertThat(path).as(HOW).content().isEqualTo(content);
  }

  static Path path(String file) {
    return Tree.root().resolve(file);
  }
}
