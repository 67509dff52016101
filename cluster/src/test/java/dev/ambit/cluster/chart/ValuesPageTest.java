package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The chart's page lists every value, with the comment that stands over it.
class ValuesPageTest {
  private static final String BEGIN = "<!-- values: made from values.yaml by ValuesPageTest -->\n";
  private static final String END = "<!-- end of values -->\n";

  @Test
  void thePageListsTheValuesWithTheirComments() throws IOException {
    var page = Files.readString(Tree.chart().resolve("README.md"));
    var begin = page.indexOf(BEGIN) + BEGIN.length();
    var end = page.indexOf(END);
    assertThat(begin).isLessThanOrEqualTo(end);
    var table = new StringBuilder("| key | meaning | default |\n|---|---|---|\n");
    values().forEach(value -> table.append(value.row()));
    Written.is("helm/ambit/README.md", page.substring(0, begin) + table + page.substring(end));
  }

  @Test
  void everyValueSaysWhatItIsFor() throws IOException {
    assertThat(values())
        .hasSizeGreaterThan(60)
        .allSatisfy(value -> assertThat(value.meaning()).as(value.key()).endsWith("."));
  }

  private static List<Value> values() throws IOException {
    return ValuesComments.of(Files.readAllLines(Tree.chart().resolve("values.yaml")));
  }
}
