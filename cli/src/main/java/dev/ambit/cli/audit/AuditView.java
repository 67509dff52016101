package dev.ambit.cli.audit;

import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallCompletion;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.OpaqueClosing;
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

  private static final String RUNNING = "running or unknown";

  private AuditView() {}

  static String print(List<StoredRecord> records, Style style) {
    var completions = completions(records);
    var closings = closings(records);
    var table = Table.of("AT", "DECISION", "GRANT", "METHOD", "CALL", "ENDED");
    var rows = 0;
    for (var stored : records) {
      var record = stored.getRecord();
      if (record.hasDecision()) {
        row(table, record, completions.get(record.getCallId()));
        rows++;
      } else if (record.hasOpaqueOpening()) {
        row(table, record, closings.get(record.getCallId()));
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

  /// A connection of which nothing was read; what is known of it is how much it carried.
  private static void row(Table table, AuditRecord record, @Nullable OpaqueClosing closing) {
    var opening = record.getOpaqueOpening();
    table.row(
        at(record),
        "permit",
        opening.getGrant(),
        "opaque",
        opening.getAuthority(),
        closing == null ? RUNNING : ended(closing));
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
      return RUNNING;
    }
    return (completion.getUpstreamStatus() == 0 ? "" : completion.getUpstreamStatus() + " ")
        + word(completion.getResult())
        + (completion.getFailedStage().isEmpty() ? "" : " at " + completion.getFailedStage());
  }

  private static String ended(OpaqueClosing closing) {
    var result =
        closing.getResult() == Completion.COMPLETION_ANSWERED
            ? "closed"
            : word(closing.getResult());
    return result
        + (closing.getReason().isEmpty() ? "" : " by " + closing.getReason())
        + (closing.getFailedStage().isEmpty() ? "" : " at " + closing.getFailedStage())
        + ", "
        + closing.getBytesOut()
        + " bytes out, "
        + closing.getBytesIn()
        + " in";
  }

  private static String word(Completion result) {
    return result.name().substring(PREFIX_COMPLETION).toLowerCase(Locale.ROOT);
  }

  private static Map<String, OpaqueClosing> closings(List<StoredRecord> records) {
    var closings = new HashMap<String, OpaqueClosing>();
    for (var stored : records) {
      var record = stored.getRecord();
      if (record.hasOpaqueClosing()) {
        closings.put(record.getCallId(), record.getOpaqueClosing());
      }
    }
    return closings;
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
