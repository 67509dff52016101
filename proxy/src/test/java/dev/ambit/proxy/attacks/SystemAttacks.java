package dev.ambit.proxy.attacks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The attacks that the whole-system tests make, as their sources name them: they run when the page
/// of the matrix has been made, and the build fails when one does not hold.
final class SystemAttacks {
  private static final List<Path> FOLDERS =
      List.of(Path.of("../e2e/src/test/java"), Path.of("../cluster/src/test/java"));
  private static final Pattern TEST = Pattern.compile("(?m)^  void ((?:[aA][0-9]{3})+\\w*)\\(");
  private static final Pattern ID = Pattern.compile("\\G[aA]([0-9]{3})");

  // Rows from here on are of groups that the page does not have.
  private static final String NEXT_GROUP = "A175";

  /// One test.
  ///
  /// @param ids of the rows it belongs to
  record Test(List<String> ids, String name) {}

  private SystemAttacks() {}

  static List<Test> all() throws IOException {
    var all = new ArrayList<Test>();
    for (var folder : FOLDERS) {
      try (var files = Files.walk(folder)) {
        for (var file :
            files.filter(one -> one.toString().endsWith("Test.java")).sorted().toList()) {
          var type = file.getFileName().toString().replace(".java", "");
          TEST.matcher(Files.readString(file))
              .results()
              .map(test -> new Test(ids(test.group(1)), type + "." + test.group(1)))
              .filter(test -> test.ids().getFirst().compareTo(NEXT_GROUP) < 0)
              .forEach(all::add);
        }
      }
    }
    return List.copyOf(all);
  }

  private static List<String> ids(String method) {
    return ID.matcher(method).results().map(id -> id.group().toUpperCase(Locale.ROOT)).toList();
  }
}
