package dev.ambit.control.store;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Counts the denials of a session in its stored audit records: each record once, however often it
/// was sent, a folded one as often as it says, whoever of its proxies wrote them and whenever this
/// program was started. Times are those of the records.
final class Denials {
  private static final String LIMIT =
      "SELECT suspend_denials, suspend_within_ms, denials_from FROM session"
          + " WHERE id = :id AND state = 'ACTIVE' AND suspend_denials > 0";

  /// Only a stretch of time that holds a fresh denial can have become too full.
  private static final String AROUND =
      "SELECT at, weight FROM audit_record WHERE session = :id AND counted = 1"
          + " AND at > :first - :within AND at < :last + :within AND id > :from ORDER BY at";

  private Denials() {}

  /// What was counted, in words, when some stretch of `within` holds as many denials as the
  /// session's limit.
  static Optional<String> reached(Handle tx, Fresh fresh) {
    return tx.createQuery(LIMIT)
        .bind("id", fresh.session())
        .map((row, _) -> new Limit(row.getLong(1), row.getLong(2), row.getLong(3)))
        .findOne()
        .flatMap(limit -> reached(tx, fresh, limit));
  }

  private static Optional<String> reached(Handle tx, Fresh fresh, Limit limit) {
    var denials =
        tx.createQuery(AROUND)
            .bind("id", fresh.session())
            .bind("first", fresh.first().toEpochMilli())
            .bind("last", fresh.last().toEpochMilli())
            .bind("within", limit.within())
            .bind("from", limit.from())
            .map((row, _) -> new Denial(row.getLong("at"), row.getLong("weight")));
    var window = new ArrayDeque<Denial>();
    var sum = 0L;
    try (var rows = denials.iterator()) {
      while (rows.hasNext()) {
        var next = rows.next();
        window.add(next);
        sum += next.weight();
        while (next.at() - window.getFirst().at() >= limit.within()) {
          sum -= window.removeFirst().weight();
        }
        if (sum >= limit.denials()) {
          return Optional.of(
              sum
                  + " denials within "
                  + Duration.ofMillis(limit.within()).toSeconds()
                  + "s (expected: fewer than "
                  + limit.denials()
                  + ")");
        }
      }
    }
    return Optional.empty();
  }

  /// Denials of one session that are new in the store.
  ///
  /// @param session as the writer says: it may not exist
  record Fresh(String session, Instant first, Instant last) {
    Fresh and(Fresh other) {
      return new Fresh(
          session,
          first.isBefore(other.first) ? first : other.first,
          last.isAfter(other.last) ? last : other.last);
    }
  }

  private record Limit(long denials, long within, long from) {}

  private record Denial(long at, long weight) {}
}
