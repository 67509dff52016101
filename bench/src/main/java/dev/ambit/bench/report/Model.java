package dev.ambit.bench.report;

import dev.ambit.bench.measure.Spread;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The results for machines. Figures that there are none of are left out.
public final class Model {
  private Model() {}

  public static Map<String, Object> of(Results results) {
    var model = new LinkedHashMap<String, Object>();
    model.put("machine", results.machine());
    model.put("rounds", results.rounds());
    model.put("reference", results.reference());
    model.put("scenarios", scenarios(results));
    model.put("starts", results.starts().stream().map(Model::start).toList());
    model.put("memory", results.footprints().stream().map(Model::footprint).toList());
    model.put(
        "decision",
        results.decisions().stream()
            .map(cost -> {
              var facts = new LinkedHashMap<String, Object>();
              facts.put("name", cost.name());
              put(facts, "nanos", cost.nanos());
              put(facts, "spread", cost.spread());
              put(facts, "bytes", cost.bytes());
              return facts;
            })
            .toList());
    return model;
  }

  private static List<Map<String, Object>> scenarios(Results results) {
    return results.scenarios().stream()
        .flatMap(scenario ->
            Stream.concat(
                    results.subjects().stream(),
                    scenario.quoted() ? Stream.of(results.direct()) : Stream.of())
                .map(subject -> scenario(results, scenario, subject)))
        .toList();
  }

  private static Map<String, Object> scenario(
      Results results, Results.Column scenario, String subject) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("scenario", scenario.word());
    facts.put("subject", subject);
    facts.put("unit", scenario.unit());
    put(facts, "cpuSecondsPer1000", results.cpu(scenario, subject).median());
    spread(facts, "ratio", results.ratio(scenario, subject));
    put(facts, "p50Millis", results.spread(scenario, subject, Sample::p50).median());
    put(facts, "p99Millis", results.spread(scenario, subject, Sample::p99).median());
    if (scenario.quoted()) {
      spread(facts, "addedP50Millis", results.added(scenario, subject, Sample::p50));
      spread(facts, "addedP99Millis", results.added(scenario, subject, Sample::p99));
    }
    put(facts, "rssMib", results.spread(scenario, subject, Sample::resident).median());
    return facts;
  }

  private static Map<String, Object> start(Start start) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("subject", start.subject());
    spread(facts, "readyMillis", Spread.of(start.readyMillis()));
    facts.put("coldCpuSeconds", start.cold());
    return facts;
  }

  private static Map<String, Object> footprint(Footprint footprint) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("subject", footprint.subject());
    put(facts, "rssIdleMib", footprint.idle());
    put(facts, "privateDirtyIdleMib", footprint.privateDirty());
    put(facts, "rss100Mib", footprint.hundred());
    put(facts, "rss1000Mib", footprint.thousand());
    put(facts, "pssOfTenMib", footprint.tenProportional());
    return facts;
  }

  /// What `soak` tells a machine.
  public static Object of(Soak soak) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("subject", soak.subject());
    put(facts, "growthMib", soak.growthMib());
    facts.put("flat", soak.flat());
    facts.put(
        "readings",
        soak.readings().stream()
            .map(reading -> {
              var one = new LinkedHashMap<String, Object>();
              one.put("requests", reading.requests());
              put(one, "rssMib", reading.residentMib());
              one.put("descriptors", reading.descriptors());
              return one;
            })
            .toList());
    return facts;
  }

  /// What `strain` tells a machine.
  public static Object of(Strain strain) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("subject", strain.subject());
    facts.put(
        "phases",
        strain.phases().stream()
            .map(phase -> {
              var one = new LinkedHashMap<String, Object>();
              one.put("strain", phase.name());
              put(one, "p50Ms", phase.p50Millis());
              put(one, "p99Ms", phase.p99Millis());
              put(one, "p99Ratio", phase.ratio());
              put(one, "rssMib", phase.residentMib());
              return one;
            })
            .toList());
    var cut = new LinkedHashMap<String, Object>();
    cut.put("streams", strain.cut().streams());
    cut.put("tookMs", strain.cut().took().toMillis());
    put(cut, "cpuSeconds", strain.cut().processorSeconds());
    facts.put("sessionEnd", cut);
    return facts;
  }

  /// What `leave` tells a machine.
  public static Object of(Leave leave) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("sessions", leave.sessions());
    facts.put("proxies", leave.proxies());
    facts.put("lastCutMs", leave.lastCut().toMillis());
    facts.put("lastClosedMs", leave.lastClosed().toMillis());
    facts.put("longestCloseMs", leave.longest().toMillis());
    put(facts, "proxyCpuSeconds", leave.proxySeconds());
    put(facts, "controlPlaneCpuSeconds", leave.controlSeconds());
    facts.put("cheap", leave.cheap());
    return facts;
  }

  /// What `return` tells a machine.
  public static Object of(Return back) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("proxies", back.proxies());
    facts.put("awayMs", back.away().toMillis());
    facts.put("backMs", back.back().toMillis());
    facts.put("attempts", back.attempts().size());
    facts.put("attemptsPerSecond", back.perSecond());
    facts.put("busiestSecond", back.busiest());
    facts.put("spread", back.spread());
    return facts;
  }

  private static void spread(Map<String, Object> facts, String name, Spread spread) {
    put(facts, name, spread.median());
    put(facts, name + "Low", spread.low());
    put(facts, name + "High", spread.high());
  }

  private static void put(Map<String, Object> facts, String name, double value) {
    if (Double.isFinite(value)) {
      facts.put(name, Math.round(value * 10_000) / 10_000.0);
    }
  }
}
