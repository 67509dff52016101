package dev.ambit.chaos.report;

import dev.ambit.chaos.judge.Evidence.Disturbance;
import dev.ambit.chaos.judge.Finding;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// The results for programs.
public final class Model {
  private Model() {}

  public static Map<String, Object> of(Results results) {
    var model = new LinkedHashMap<String, Object>();
    model.put("seed", results.seed());
    model.put("seconds", results.lasted().toSeconds());
    model.put("held", results.held());
    model.put("sessions", results.sessions());
    model.put("calls", results.calls());
    model.put("outcomes", new TreeMap<>(results.outcomes()));
    model.put("arrived", results.arrived());
    model.put("permits", results.permits());
    model.put("tokens", results.tokens());
    model.put("faults", results.disturbances().stream().map(Model::fault).toList());
    model.put("findings", results.findings().stream().map(Model::finding).toList());
    model.put("logs", results.kept().map(Path::toString).orElse(""));
    return model;
  }

  private static Map<String, Object> fault(Disturbance disturbance) {
    var fault = new LinkedHashMap<String, Object>();
    fault.put("id", disturbance.id());
    fault.put("what", disturbance.what());
    fault.put("begun", disturbance.begun().toString());
    fault.put("cleared", disturbance.cleared().toString());
    var back = new LinkedHashMap<String, Object>();
    disturbance.back().forEach((proxy, at) -> back.put(proxy, at.toString()));
    fault.put("back", back);
    return fault;
  }

  private static Map<String, Object> finding(Finding finding) {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("invariant", finding.invariant().name());
    facts.put("at", finding.at().toString());
    facts.put("sentence", finding.sentence());
    return facts;
  }
}
