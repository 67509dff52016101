package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The page of the matrix says what the run before it showed. Runs after all others: it reads their
/// reports.
class MatrixPageTest {
  private static final Path PAGE = Path.of("../docs/security/matrix.md");
  private static final String HEAD =
      """
      # The attack matrix

      One line for each attack of the design's groups 4.1 to 4.6, 4.8 and 4.9. After every single input the five oracles are asked: nothing reached an upstream that
      may not be reached (O1), the credential stands nowhere in any spelling (O2), each call has exactly one record with its one reason (O3), the proxy serves on, within
      its memory, without a leak or a descriptor more (O4), and what was counted is what arrived (O5). A row passes when every input it lists was sent and every oracle
      held. This page is made from the reports of the test run; a test fails when the two differ, and says how to write it anew.

      The last column names the tests of the whole system: it takes two proxies or a cluster for some, and where the agent knows of no proxy it is attacked in a pod,
      whose kernel turns every connection. They run behind this page and the build fails when one does not hold; in a pod they ask the same oracles and one more, that
      not one packet leaves it.

      | id | pass/fail | test | in the whole system |
      |---|---|---|---|
      """;

  @Test
  void thePageOfTheMatrixIsWhatTheRunShowed() throws IOException {
    var ran = Reports.here();
    var inSystem = SystemAttacks.all();
    var lines = new ArrayList<String>();
    for (var row : Matrix.rows()) {
      lines.add(line(row, ran) + inSystem(row, inSystem));
    }
    var page = HEAD + String.join("\n", lines) + "\n";
    if (Boolean.getBoolean("ambit.write.docs")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page);
    }
    assertThat(PAGE)
        .as("written anew with: mvn verify -pl proxy -am -Dambit.write.docs=true")
        .hasContent(page);
  }

  /// A test that belongs to no row would be shown nowhere.
  @Test
  void everyAttackThatRunsHasARow() throws IOException {
    var rows = Matrix.rows().stream().map(Matrix.Row::id).toList();
    var ids = rows.stream().map(id -> id.toLowerCase(Locale.ROOT)).toList();
    assertThat(Reports.here())
        .filteredOn(
            one -> !ids.contains(one.method().substring(0, Math.min(4, one.method().length()))))
        .isEmpty();
    assertThat(SystemAttacks.all()).isNotEmpty().allMatch(test -> rows.containsAll(test.ids()));
  }

  private static String inSystem(Matrix.Row row, List<SystemAttacks.Test> all) {
    var tests =
        all.stream()
            .filter(test -> test.ids().contains(row.id()))
            .map(test -> "`" + test.name() + "`")
            .sorted()
            .collect(Collectors.joining(", "));
    assertThat(tests.isEmpty() && row.inputs() == 0 && row.open().isEmpty())
        .as(row.id() + ": no test of the whole system (expected: one at least)")
        .isFalse();
    return tests.isEmpty() ? "" : " " + tests + " |";
  }

  private static String line(Matrix.Row row, List<Reports.Case> ran) throws IOException {
    if (row.inputs() == 0 && row.open().isEmpty()) {
      return "| " + row.id() + " | in the whole system | |";
    }
    if (row.inputs() == 0) {
      return "| " + row.id() + " | not yet | waits for " + row.open() + " |";
    }
    var cases =
        new ArrayList<>(
            ran.stream()
                .filter(one -> one.method().startsWith(row.id().toLowerCase(Locale.ROOT)))
                .toList());
    var own = cases.size();
    for (var test : row.elsewhere()) {
      var there = Reports.elsewhere(test);
      assertThat(there).as(row.id() + ": " + test + " has run").isNotEmpty();
      cases.addAll(there);
    }
    boolean passed = own >= row.inputs() && cases.stream().allMatch(Reports.Case::passed);
    var tests =
        cases.stream()
            .map(one -> "`" + one.type() + "." + one.method() + "`")
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    var verdict = passed ? row.open().isEmpty() ? "pass" : "not yet" : "fail";
    var open = row.open().isEmpty() ? "" : passed ? "; passes but for " + row.open() : "";
    return "| " + row.id() + " | " + verdict + " | " + tests + open + " |";
  }
}
