package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import dev.ambit.envelope.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Alerts and dashboards speak of what the programs export, and of nothing else.
class AlertsTest {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Pattern METRIC = Pattern.compile("\\bambit_[a-z_]+");
  private static final Pattern NAME = Pattern.compile("\"(ambit[._][a-z._]+)\"");

  /// What an exporter puts behind the name of a counter or timer.
  private static final Pattern SUFFIX =
      Pattern.compile("(_seconds)?(_total|_bucket|_count|_sum|_max)?$");

  @Test
  void everyMetricOfThemIsExported() throws IOException {
    var exported = new TreeSet<String>();
    for (var module : List.of("proxy", "control-plane")) {
      for (var source : sources(Tree.root().resolve(module).resolve("src/main/java"))) {
        matches(NAME, source).forEach(name -> exported.add(stem(name.group(1).replace('.', '_'))));
      }
    }
    var spoken = new TreeSet<String>();
    for (var expression : expressions()) {
      matches(METRIC, expression).forEach(metric -> spoken.add(stem(metric.group())));
    }
    assertThat(spoken).hasSizeGreaterThan(12);
    assertThat(exported).containsAll(spoken);
  }

  @Test
  void everyReasonOfThemIsOneOfADenial() {
    var known = Arrays.stream(Reason.values()).map(Reason::code).collect(Collectors.toSet());
    var reasons = Pattern.compile("reason=~\"([^\"]+)\"");
    for (var expression : expressions()) {
      matches(reasons, expression)
          .forEach(list -> assertThat(known).contains(list.group(1).split("\\|")));
    }
  }

  @Test
  void everyAlertSaysHowBadItIsAndWhatToDo() throws IOException {
    var headings =
        matches(
                Pattern.compile("(?m)^## (\\w+)$"),
                Files.readString(Written.path("docs/alerts.md")))
            .stream()
            .map(heading -> heading.group(1))
            .toList();
    var alerts = rules().stream().filter(rule -> rule.has("alert")).toList();
    assertThat(alerts)
        .allSatisfy(alert -> {
          assertThat(alert.at("/labels/severity").asString()).isIn("page", "ticket");
          assertThat(alert.at("/annotations/summary").asString()).isNotEmpty();
          assertThat(alert.at("/annotations/description").asString()).isNotEmpty();
        });
    assertThat(alerts).extracting(alert -> alert.get("alert").asString()).isEqualTo(headings);
  }

  @Test
  void anAlertLinksToItsHeadingWhereTheAddressIsKnown() {
    var rendered =
        Rendered.with("metrics.rules.enabled=true", "metrics.rules.runbookUrl=https://x.test/a.md");
    assertThat(rendered.text()).contains("runbook_url: https://x.test/a.md#ambitcallsfail\n");
    assertThat(Rendered.with("metrics.rules.enabled=true").text()).doesNotContain("runbook_url");
  }

  @Test
  void panelsHaveAnIdOfTheirOwnAndDoNotOverlap() {
    var cells = new TreeSet<String>();
    for (var panel : dashboard().get("panels")) {
      var place = panel.get("gridPos");
      var area = place.get("w").asInt() * place.get("h").asInt();
      var before = cells.size();
      IntStream.range(0, area)
          .forEach(cell -> {
            var x = place.get("x").asInt() + cell % place.get("w").asInt();
            cells.add(x + "," + (place.get("y").asInt() + cell / place.get("w").asInt()));
            assertThat(x).isLessThan(24);
          });
      assertThat(cells).as(panel.get("title").asString()).hasSize(before + area);
      assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotEmpty();
      assertThat(panel.get("description").asString()).isNotEmpty();
    }
    assertThat(dashboard().get("panels").findValuesAsString("id")).doesNotHaveDuplicates();
  }

  @Test
  void theDashboardIsTakenByTheSidecarOfGrafana() {
    assertThat(Rendered.with("metrics.dashboards.enabled=true").objects())
        .filteredOn(object -> object.getMetadata().getName().equals("ambit-dashboards"))
        .singleElement()
        .satisfies(map -> {
          assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
          assertThat(map.getMetadata().getAnnotations())
              .isEqualTo(Map.of("grafana_folder", "Ambit"));
        });
  }

  private static Set<String> expressions() {
    var expressions = new TreeSet<String>();
    rules().forEach(rule -> expressions.add(rule.get("expr").asString()));
    dashboard().get("panels").findValuesAsString("expr").forEach(expressions::add);
    return expressions;
  }

  private static List<JsonNode> rules() {
    var groups = YAML.readTree(Tree.chart().resolve("alerts/ambit.yaml").toFile());
    return StreamSupport.stream(groups.get("groups").spliterator(), false)
        .flatMap(group -> StreamSupport.stream(group.get("rules").spliterator(), false))
        .toList();
  }

  private static JsonNode dashboard() {
    return YAML.readTree(Tree.chart().resolve("dashboards/overview.json").toFile());
  }

  private static String stem(String metric) {
    return SUFFIX.matcher(metric).replaceFirst("");
  }

  private static List<MatchResult> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().toList();
  }

  private static List<String> sources(Path folder) throws IOException {
    try (var paths = Files.walk(folder)) {
      return paths.filter(path -> path.toString().endsWith(".java")).map(AlertsTest::read).toList();
    }
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
