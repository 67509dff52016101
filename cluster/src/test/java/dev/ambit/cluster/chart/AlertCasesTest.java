package dev.ambit.cluster.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.Tree;
import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.dataformat.yaml.YAMLMapper;

/// Alerts speak of what they are meant for, and of nothing else: `promtool` judges the cases of
/// `alert-cases.yaml`.
class AlertCasesTest {
  private static final YAMLMapper YAML =
      YAMLMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final Path RULES = Tree.chart().resolve("alerts/ambit.yaml");
  private static final Pattern LABEL = Pattern.compile("\\{\\{ \\$labels\\.(\\w+) }}");

  /// @param samples values of each series
  /// @param fires labels of the alerts that there are then
  record Case(
      String alert,
      String at,
      @Nullable String interval,
      Map<String, String> samples,
      @Nullable Integer value,
      @Nullable List<Map<String, String>> fires) {
    List<Map<String, String>> alerts() {
      return fires == null ? List.of() : fires;
    }

    String every() {
      return interval == null ? "1m" : interval;
    }
  }

  record Rule(
      @Nullable String alert, Map<String, String> labels, Map<String, String> annotations) {}

  @Test
  void everyAlertHasACaseInWhichItFiresAndOneInWhichItDoesNot() throws IOException {
    var fires = new TreeMap<String, Integer>();
    var silent = new TreeMap<String, Integer>();
    for (var one : cases()) {
      (one.alerts().isEmpty() ? silent : fires).merge(one.alert(), 1, Integer::sum);
    }
    assertThat(fires.keySet()).isEqualTo(alerts().keySet());
    assertThat(silent.keySet()).isEqualTo(alerts().keySet());
  }

  @Test
  void theyFireInThoseCasesAndInNoOther() throws IOException {
    var folder = Files.createTempDirectory("alerts");
    Files.copy(RULES, folder.resolve("ambit.yaml"));
    var fetch = Tree.root().resolve("cluster/promtool-fetch").toString();
    var promtool = User.ROOT.with(System.getenv()).run(fetch).done().strip();
    var words = new ArrayList<>(List.of(promtool, "test", "rules"));
    for (var interval : List.of("1m", "10m")) {
      var file = folder.resolve(interval + ".yaml");
      words.add(Files.writeString(file, YAML.writeValueAsString(questions(interval))).toString());
    }
    var ran = User.ROOT.run(words);
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.out()).contains("SUCCESS");
  }

  /// As promtool asks them: it wants every label and every annotation of an alert.
  private static Map<String, Object> questions(String interval) throws IOException {
    var tests = new ArrayList<Map<String, Object>>();
    var rules = alerts();
    for (var one : cases()) {
      if (!one.every().equals(interval)) {
        continue;
      }
      var rule = Objects.requireNonNull(rules.get(one.alert()));
      var series = new ArrayList<Map<String, String>>();
      one.samples().forEach((name, values) -> series.add(Map.of("series", name, "values", values)));
      var expected =
          one.alerts().stream()
              .map(labels ->
                  Map.of(
                      "exp_labels", with(labels, rule), "exp_annotations", said(one, labels, rule)))
              .toList();
      var test = new LinkedHashMap<String, Object>();
      test.put("interval", interval);
      test.put("input_series", series);
      test.put(
          "alert_rule_test",
          List.of(Map.of("eval_time", one.at(), "alertname", one.alert(), "exp_alerts", expected)));
      tests.add(test);
    }
    return Map.of(
        "rule_files", List.of("ambit.yaml"), "evaluation_interval", interval, "tests", tests);
  }

  private static Map<String, String> with(Map<String, String> labels, Rule rule) {
    var all = new HashMap<>(labels);
    all.putAll(rule.labels());
    return all;
  }

  private static Map<String, String> said(Case one, Map<String, String> labels, Rule rule) {
    var said = new HashMap<String, String>();
    rule.annotations()
        .forEach((name, text) ->
            said.put(
                name,
                LABEL
                    .matcher(text)
                    .replaceAll(label -> labels.getOrDefault(label.group(1), ""))
                    .replace("{{ $value }}", String.valueOf(one.value()))));
    return said;
  }

  private static List<Case> cases() throws IOException {
    try (var cases = AlertCasesTest.class.getResourceAsStream("alert-cases.yaml")) {
      return List.of(YAML.readValue(Objects.requireNonNull(cases), Case[].class));
    }
  }

  private static Map<String, Rule> alerts() {
    var alerts = new TreeMap<String, Rule>();
    for (var group : YAML.readTree(RULES.toFile()).get("groups")) {
      for (var rule : group.get("rules")) {
        if (rule.has("alert")) {
          alerts.put(rule.get("alert").asString(), YAML.treeToValue(rule, Rule.class));
        }
      }
    }
    return alerts;
  }
}
