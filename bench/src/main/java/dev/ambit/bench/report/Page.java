package dev.ambit.bench.report;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import dev.ambit.bench.measure.Spread;
import dev.ambit.bench.report.Results.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// The results for people: tables in Markdown, which read well on a terminal, too.
public final class Page {
  private static final String NONE = "–";

  private Page() {}

  /// The tables alone.
  public static String tables(Results results) {
    var text = new StringBuilder();
    if (!results.samples().isEmpty()) {
      text.append("## Processor time\n");
      results.scenarios().stream()
          .collect(groupingBy(Column::part, LinkedHashMap::new, toList()))
          .forEach((part, scenarios) -> text.append(ratios(results, part, scenarios)).append('\n'));
      text.append(
          "The line of "
              + results.reference()
              + " is absolute, CPU-seconds per 1,000 requests (events, MiB, messages, visits); the others are the ratio to it in the same round,"
              + " median and 95 % interval.\n\n");
      text.append(
          "The hypervisor took more than 2 % of "
              + results.disturbed()
              + " of "
              + results.samples().size()
              + " slices"
              + (results.countsDisturbed()
                  ? "; they count all the same, since too few would be left.\n\n"
                  : "; they do not count.\n\n"));
      text.append("## Latency\n").append(latencies(results)).append('\n');
      text.append(
          "The whole in the line without a proxy, else what the proxy adds in the same round, in milliseconds: at a rate in an open loop, from the intended send time; gRPC and first visits one at a time."
              + "\n\n");
    }
    if (!results.footprints().isEmpty()) {
      text.append("## Memory, MiB\n").append(memory(results)).append('\n');
    }
    if (!results.starts().isEmpty()) {
      text.append("## The first calls\n").append(starts(results)).append('\n');
    }
    if (!results.decisions().isEmpty()) {
      text.append("## The decision, 100 grants\n").append(decisions(results)).append('\n');
    }
    return text.toString();
  }

  private static String ratios(Results results, String part, List<Column> scenarios) {
    var head = new ArrayList<String>();
    head.add(part);
    scenarios.forEach(scenario -> head.add(scenario.title()));
    var rows = new ArrayList<List<String>>();
    for (var subject : results.subjects()) {
      var row = new ArrayList<String>();
      row.add(subject);
      for (var scenario : scenarios) {
        row.add(
            subject.equals(results.reference())
                ? figure(results.cpu(scenario, subject).median(), 4)
                : interval(results.ratio(scenario, subject), 2));
      }
      rows.add(row);
    }
    return table(head, rows);
  }

  private static String latencies(Results results) {
    var quoted = results.scenarios().stream().filter(Column::quoted).toList();
    var head = new ArrayList<String>();
    head.add("ms");
    for (var scenario : quoted) {
      head.add(scenario.title() + " p50");
      head.add(scenario.title() + " p99");
    }
    var rows = new ArrayList<List<String>>();
    for (var subject :
        Stream.concat(Stream.of(results.direct()), results.subjects().stream()).toList()) {
      var row = new ArrayList<String>();
      row.add(subject);
      for (var scenario : quoted) {
        var whole = subject.equals(results.direct());
        row.add(
            interval(
                whole
                    ? results.spread(scenario, subject, Sample::p50)
                    : results.added(scenario, subject, Sample::p50),
                2));
        row.add(
            interval(
                whole
                    ? results.spread(scenario, subject, Sample::p99)
                    : results.added(scenario, subject, Sample::p99),
                2));
      }
      rows.add(row);
    }
    return table(head, rows);
  }

  private static String memory(Results results) {
    return table(
        List.of(
            "",
            "RSS idle",
            "private dirty idle",
            "RSS, 100 connections",
            "RSS, 1,000 connections",
            "PSS each of ten"),
        results.footprints().stream()
            .map(footprint ->
                List.of(
                    footprint.subject(),
                    figure(footprint.idle(), 0),
                    figure(footprint.privateDirty(), 0),
                    figure(footprint.hundred(), 0),
                    figure(footprint.thousand(), 0),
                    figure(footprint.tenProportional(), 0)))
            .toList());
  }

  private static String starts(Results results) {
    return table(
        List.of("", "ready, ms", "CPU-s, start and first call", "CPU-s, the next 9", "99", "999"),
        results.starts().stream()
            .map(start ->
                Stream.concat(
                        Stream.of(start.subject(), interval(Spread.of(start.readyMillis()), 0)),
                        start.cold().stream().map(seconds -> figure(seconds, 2)))
                    .toList())
            .toList());
  }

  private static String decisions(Results results) {
    return table(
        List.of("", "ns", "±", "bytes allocated"),
        results.decisions().stream()
            .map(cost ->
                List.of(
                    cost.name(),
                    figure(cost.nanos(), 0),
                    figure(cost.spread(), 0),
                    figure(cost.bytes(), 0)))
            .toList());
  }

  /// What `soak` tells a person.
  public static String of(Soak soak) {
    return table(
            List.of(soak.subject() + ", requests", "RSS, MiB", "descriptors"),
            soak.readings().stream()
                .map(reading ->
                    List.of(
                        String.format(Locale.ROOT, "%,d", reading.requests()),
                        figure(reading.residentMib(), 0),
                        Long.toString(reading.descriptors())))
                .toList())
        + String.format(
            Locale.ROOT,
            "\nThe last quarter held %+.1f MiB over the second, medians: %s (at most %.0f).%n",
            soak.growthMib(),
            soak.flat() ? "flat" : "not flat",
            Soak.GROWTH_MAX_MIB);
  }

  /// What `strain` tells a person.
  public static String of(Strain strain) {
    return table(
            List.of(
                strain.subject() + ", strained by", "p50, ms", "p99, ms", "p99 ratio", "RSS, MiB"),
            strain.phases().stream()
                .map(phase ->
                    List.of(
                        phase.name(),
                        figure(phase.p50Millis(), 2),
                        figure(phase.p99Millis(), 2),
                        figure(phase.ratio(), 2),
                        figure(phase.residentMib(), 0)))
                .toList())
        + String.format(
            Locale.ROOT,
            "%nThe session ended with %d streams: the last broke off after %d ms, for %.2f CPU-seconds.%n",
            strain.cut().streams(),
            strain.cut().took().toMillis(),
            strain.cut().processorSeconds());
  }

  /// What `leave` tells a person.
  public static String of(Leave leave) {
    return String.format(
        Locale.ROOT,
        "%,d sessions ended at once, each with a stream, through %d proxies:%n"
            + "the last stream broke off after %.1f s, the last order was answered after %.1f s, none took longer than %.2f s;%n"
            + "processor seconds: proxies %.2f (fewer than %.0f wanted), control plane %.2f.%n",
        leave.sessions(),
        leave.proxies(),
        leave.lastCut().toMillis() / 1e3,
        leave.lastClosed().toMillis() / 1e3,
        leave.longest().toMillis() / 1e3,
        leave.proxySeconds(),
        Leave.PROXY_SECONDS_MAX,
        leave.controlSeconds());
  }

  /// What `return` tells a person.
  public static String of(Return back) {
    return String.format(
        Locale.ROOT,
        "%,d proxies lost their control plane for %.1f s: they tried %,d times, %d in the busiest second (at most %d);%n"
            + "%.1f s after it listened again the last one was attached.%n",
        back.proxies(),
        back.away().toMillis() / 1e3,
        back.attempts().size(),
        back.busiest(),
        Return.PER_SECOND_MAX,
        back.back().toMillis() / 1e3);
  }

  private static String table(List<String> head, List<List<String>> rows) {
    var text = new StringBuilder();
    line(text, head);
    line(text, head.stream().map(_ -> "---").toList());
    rows.forEach(row -> line(text, row));
    return text.toString();
  }

  private static void line(StringBuilder text, List<String> cells) {
    text.append("| ").append(String.join(" | ", cells)).append(" |\n");
  }

  private static String interval(Spread spread, int digits) {
    return spread.count() == 0
        ? NONE
        : figure(spread.median(), digits)
            + " ("
            + figure(spread.low(), digits)
            + "–"
            + figure(spread.high(), digits)
            + ")";
  }

  private static String figure(double value, int digits) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + digits + "f", value) : NONE;
  }
}
