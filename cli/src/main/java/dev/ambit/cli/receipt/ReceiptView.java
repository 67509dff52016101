package dev.ambit.cli.receipt;

import dev.ambit.cli.Durations;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.cli.print.Text;
import dev.ambit.envelope.receipt.Receipt;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/// Receipts as people read them.
public final class ReceiptView {
  private ReceiptView() {}

  /// Everything it says.
  public static String show(Receipt receipt, Style style) {
    return facts(receipt, style)
        + envelopes(receipt, style)
        + cuts(receipt, style)
        + credentials(receipt, style)
        + chains(receipt, style);
  }

  /// A few lines for whoever ran the job.
  public static List<String> summary(Receipt receipt) {
    var calls = receipt.calls();
    var lines = new java.util.ArrayList<String>();
    lines.add(
        "session "
            + receipt.session()
            + " closed ("
            + receipt.reason().toLowerCase(Locale.ROOT)
            + "): "
            + calls.permitted()
            + (calls.permitted() == 1 ? " call permitted, " : " calls permitted, ")
            + calls.denied()
            + " denied");
    if (!calls.complete()) {
      lines.add("there may have been more calls: " + unrecorded(receipt));
    }
    for (var end : receipt.credentials()) {
      lines.add("credential of " + end.provider() + " for " + end.grant() + ": " + fate(end));
    }
    if (receipt.credentials().isEmpty()) {
      lines.add("no credential was issued");
    }
    return lines.stream().map(Text::line).toList();
  }

  private static String facts(Receipt receipt, Style style) {
    var lived = Duration.between(receipt.openedAt(), receipt.endedAt());
    return Table.facts()
        .fact("session", receipt.session())
        .fact("template", receipt.template())
        .fact("workload", receipt.workload())
        .fact("opener", receipt.opener())
        .fact("on behalf of", receipt.onBehalfOf())
        .fact("task", receipt.task().id())
        .fact("purpose", receipt.task().purpose())
        .fact("link", receipt.task().link())
        .fact("opened", receipt.openedAt().toString())
        .fact(
            "ended",
            receipt.endedAt()
                + " after "
                + Durations.show(lived.truncatedTo(ChronoUnit.SECONDS))
                + ", "
                + receipt.reason().toLowerCase(Locale.ROOT)
                + (receipt.detail().isEmpty() ? "" : ": " + receipt.detail()))
        .fact("closed", receipt.closedAt().toString())
        .fact(
            "calls",
            receipt.calls().permitted()
                + " permitted, "
                + receipt.calls().denied()
                + " denied"
                + (receipt.calls().complete()
                    ? ", none is missing"
                    : "; there may have been more: " + unrecorded(receipt)))
        .print(style);
  }

  private static String envelopes(Receipt receipt, Style style) {
    var table = Table.of("ENVELOPE VERSION", "SHA-256");
    receipt
        .envelopes()
        .forEach(version -> table.row(Long.toString(version.version()), version.digest()));
    return "\n" + table.print(style);
  }

  private static String cuts(Receipt receipt, Style style) {
    if (receipt.cuts().isEmpty()) {
      return "\nNo proxy ever served it.\n";
    }
    var table = Table.of("PROXY", "STOPPED BY", "AT", "ITS RECORD");
    for (var cut : receipt.cuts()) {
      table.row(
          cut.proxy(),
          cut.acknowledged() ? "its own word" : "the end of its lease",
          cut.at().toString(),
          cut.recorded() ? "complete" : "not known to be complete");
    }
    return "\n" + table.print(style);
  }

  private static String unrecorded(Receipt receipt) {
    var proxies = receipt.cuts().stream().filter(cut -> !cut.recorded()).count();
    return "the record of "
        + (proxies == 1 ? "one proxy" : proxies + " proxies")
        + " is not known to be complete";
  }

  private static String credentials(Receipt receipt, Style style) {
    if (receipt.credentials().isEmpty()) {
      return "\nNo credential was issued.\n";
    }
    var table = Table.of("CREDENTIAL", "PROVIDER", "GRANT", "AUTHORITY", "FATE");
    for (var end : receipt.credentials()) {
      table.row(
          end.id(),
          end.provider(),
          end.grant().isEmpty() ? "(to be exchanged)" : end.grant(),
          end.authority(),
          fate(end));
    }
    var probes = Table.of("CREDENTIAL", "PROBED", "ANSWER", "NOTE");
    var probed = false;
    for (var end : receipt.credentials()) {
      for (var probe : end.probes()) {
        probes.row(end.id(), probe.at().toString(), probe.answer(), probe.note());
        probed = true;
      }
    }
    return "\n" + table.print(style) + (probed ? "\n" + probes.print(style) : "");
  }

  private static String chains(Receipt receipt, Style style) {
    if (receipt.chains().isEmpty()) {
      return "";
    }
    var table = Table.of("AUDIT CHAIN OF", "RECORDS", "HEAD", "SHA-256");
    for (var chain : receipt.chains()) {
      table.row(
          chain.writer(), Long.toString(chain.records()), Long.toString(chain.seq()), chain.hash());
    }
    return "\n" + table.print(style);
  }

  private static String fate(Receipt.CredentialEnd end) {
    var fate =
        switch (end.outcome()) {
          case DEAD_PROVEN -> "proven dead at " + end.outcomeAt();
          case DEAD_BY_EXPIRY -> "dies by expiry at " + end.outcomeAt();
          case OUTLIVES_SESSION -> "OUTLIVES the session, not used since " + end.outcomeAt();
        };
    return end.note().isEmpty() ? fate : fate + " (" + end.note() + ")";
  }
}
