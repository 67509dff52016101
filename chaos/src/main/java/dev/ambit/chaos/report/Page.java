package dev.ambit.chaos.report;

import dev.ambit.chaos.judge.Invariant;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import java.util.Locale;

/// The results for people.
public final class Page {
  private static final int FINDINGS_MAX = 50;

  private Page() {}

  public static String of(Results results, Style style) {
    var text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "seed %d, %d s: %d sessions, %d calls, %d served, %d at the upstream, %d permits recorded, %d tokens%n%n",
            results.seed(),
            results.lasted().toSeconds(),
            results.sessions(),
            results.calls(),
            results.served(),
            results.arrived(),
            results.permits(),
            results.tokens()));
    var faults = Table.of("FAULT", "WHAT", "TIMES", "RESULT");
    for (var family : results.families()) {
      var findings = results.findings(family);
      faults.row(
          family.name(),
          family.title(),
          Long.toString(results.injected(family)),
          verdict(findings, style));
    }
    text.append(faults.print(style)).append('\n');
    var invariants = Table.of("INVARIANT", "WHAT", "RESULT");
    for (var invariant : Invariant.values()) {
      var findings =
          results.findings().stream().filter(one -> one.invariant() == invariant).count();
      invariants.row(invariant.name(), invariant.words(), verdict(findings, style));
    }
    text.append(invariants.print(style));
    results.findings().stream()
        .limit(FINDINGS_MAX)
        .forEach(finding ->
            text.append(
                String.format(Locale.ROOT, "\n%s: %s", finding.invariant(), finding.sentence())));
    if (results.findings().size() > FINDINGS_MAX) {
      text.append(
          String.format(
              Locale.ROOT, "\n... and %d more", results.findings().size() - FINDINGS_MAX));
    }
    results.kept().ifPresent(folder -> text.append("\n\nlogs: ").append(folder));
    return text.append('\n').toString();
  }

  private static String verdict(long findings, Style style) {
    return findings == 0 ? "held" : style.bad(findings == 1 ? "1 finding" : findings + " findings");
  }
}
