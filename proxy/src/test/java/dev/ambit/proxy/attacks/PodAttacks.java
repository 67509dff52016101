package dev.ambit.proxy.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The attacks that the whole-system tests make in a pod, as their sources name them: they run when
/// the page of the matrix has been made, and the build fails when one does not hold.
final class PodAttacks {
  private static final Path FOLDER = Path.of("../e2e/src/test/java/dev/ambit/proxy/attacks");
  private static final Pattern TEST = Pattern.compile("(?m)^  void ((?:[aA][0-9]{3})+\\w*)\\(");
  private static final Pattern ID = Pattern.compile("\\G[aA]([0-9]{3})");

  /// One test.
  ///
  /// @param ids of the rows it belongs to
  record Test(List<String> ids, String name) {}

  private PodAttacks() {}

  static List<Test> all() throws IOException {
    var all = new ArrayList<Test>();
    try (var files = Files.list(FOLDER)) {
      for (var file : files.sorted().toList()) {
        var type = file.getFileName().toString().replace(".java", "");
        if (type.endsWith("AttacksTest")) {
          TEST.matcher(Files.readString(file))
              .results()
              .forEach(test -> all.add(new Test(ids(test.group(1)), type + "." + test.group(1))));
        }
      }
    }
    return List.copyOf(all);
  }

  private static List<String> ids(String method) {
    return ID.matcher(method).results().map(id -> id.group().toUpperCase(Locale.ROOT)).toList();
  }
}
