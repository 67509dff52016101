package dev.ambit.cli.audit;

import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallCompletion;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.SessionEvent;
import dev.ambit.proto.v1.StoredRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The decision trail as people read it: one line for each call, its completion joined to it, and
/// one for each time the session was suspended or resumed.
final class AuditView {
  private static final int PREFIX_ACTION = "SESSION_ACTION_".length();
  private static final int PREFIX_COMPLETION = "COMPLETION_".length();

  private AuditView() {}

  static String print(List<StoredRecord> records, Style style) {
    var completions = completions(records);
    var table = Table.of("AT", "DECISION", "GRANT", "METHOD", "CALL", "ENDED");
    var rows = 0;
    for (var stored : records) {
      var record = stored.getRecord();
      if (record.hasDecision()) {
        row(table, record, completions.get(record.getCallId()));
        rows++;
      } else if (record.hasSessionEvent()) {
        row(table, record, record.getSessionEvent());
        rows++;
      }
    }
    return rows == 0 ? "No calls.\n" : table.print(style);
  }

  private static void row(Table table, AuditRecord record, @Nullable CallCompletion completion) {
    var decision = record.getDecision();
    table.row(
        at(record),
        decision.getPermitted() ? "permit" : decision.getReason() + times(decision),
        decision.getGrant().isEmpty() ? "-" : decision.getGrant(),
        decision.getMethod(),
        decision.getAuthority() + decision.getPath(),
        decision.getPermitted() ? ended(completion) : "-");
  }

  private static void row(Table table, AuditRecord record, SessionEvent event) {
    var who = event.getBy().isEmpty() ? "the control plane" : event.getBy();
    table.row(
        at(record),
        event.getAction().name().substring(PREFIX_ACTION).toLowerCase(Locale.ROOT),
        "-",
        "-",
        "by " + who + (event.getDetail().isEmpty() ? "" : ": " + event.getDetail()),
        "-");
  }

  private static String at(AuditRecord record) {
    return Instant.ofEpochSecond(record.getAt().getSeconds(), record.getAt().getNanos())
        .truncatedTo(ChronoUnit.MILLIS)
        .toString();
  }

  private static String times(CallDecision decision) {
    return decision.getCount() > 1 ? " x" + decision.getCount() : "";
  }

  private static String ended(@Nullable CallCompletion completion) {
    if (completion == null) {
      return "running or unknown";
    }
    var result =
        completion.getResult().name().substring(PREFIX_COMPLETION).toLowerCase(Locale.ROOT);
    return (completion.getUpstreamStatus() == 0 ? "" : completion.getUpstreamStatus() + " ")
        + result
        + (completion.getFailedStage().isEmpty() ? "" : " at " + completion.getFailedStage());
  }

  private static Map<String, CallCompletion> completions(List<StoredRecord> records) {
    var completions = new HashMap<String, CallCompletion>();
    for (var stored : records) {
      var record = stored.getRecord();
      if (record.hasCompletion()) {
        completions.put(record.getCallId(), record.getCompletion());
      }
    }
    return completions;
  }
}
