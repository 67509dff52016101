package dev.ambit.control.store;

import com.google.protobuf.ByteString;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Suspension;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.SessionAction;
import dev.ambit.proto.v1.SessionEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/// Suspends sessions and affirms them again. The change row, which tells the proxies, and the entry
/// in the control plane's own chain are written in the transaction of the move.
public final class SuspensionTable {
  private final Store store;
  private final OwnChain chain;

  public SuspensionTable(Store store, OwnChain chain) {
    this.store = store;
    this.chain = chain;
  }

  /// Moves ACTIVE to SUSPENDED. False when it was not ACTIVE any more.
  ///
  /// @param by who asked for it
  /// @param why in that one's words
  public boolean suspend(SessionId id, Suspension suspension, String by, String why) {
    return announced(store.write(tx -> suspendIn(tx, id, suspension, by, why)));
  }

  /// Moves SUSPENDED to ACTIVE: idle time and denials count anew. False when it was not SUSPENDED
  /// any more.
  ///
  /// @param by who asked for it
  /// @param why in that one's words
  public boolean resume(SessionId id, String by, String why, Instant at) {
    return announced(
        store.write(tx -> {
          var moved =
              tx.createUpdate(
                      "UPDATE session SET state = :next, suspend_reason = '', suspend_detail = '',"
                          + " suspended_at = 0, last_activity = MAX(last_activity, :at),"
                          + " denials_from = (SELECT COALESCE(MAX(id), 0) FROM audit_record)"
                          + " WHERE id = :id AND state = :from")
                  .bind("next", SessionState.SUSPENDED.to(SessionState.ACTIVE).name())
                  .bind("from", SessionState.SUSPENDED.name())
                  .bind("at", at.toEpochMilli())
                  .bind("id", id.value())
                  .execute();
          return moved == 1 && recorded(tx, id, SessionAction.SESSION_ACTION_RESUME, by, why, at);
        }));
  }

  /// Puts an envelope with another context in force, and suspends the session in the same
  /// transaction if there is a `suspension`. A SUSPENDED session stays so.
  ///
  /// @param by who changed it
  /// @param keys what was changed, in words
  public Changing change(
      StoredSession before,
      Next next,
      Optional<Suspension> suspension,
      String by,
      String keys,
      Instant at) {
    var changing =
        store.write(tx -> {
          if (SessionTable.liveBytesIn(tx, before) + next.envelope().size()
              > SessionTable.LIVE_BYTES_MAX) {
            return Changing.FULL;
          }
          var changed =
              tx.createUpdate(
                      "UPDATE session SET envelope = :envelope, digest = :digest WHERE id = :id"
                          + " AND version = :version AND state IN ('ACTIVE', 'SUSPENDED')")
                  .bind("envelope", next.envelope().toByteArray())
                  .bind("digest", next.digest())
                  .bind("id", before.id().value())
                  .bind("version", before.version())
                  .execute();
          if (changed == 0) {
            return Changing.STALE;
          }
          var action = SessionAction.SESSION_ACTION_UPDATE_CONTEXT;
          recorded(tx, before.id(), action, by, keys, at);
          suspension.ifPresent(why -> suspendIn(tx, before.id(), why, "", why.detail()));
          return Changing.DONE;
        });
    var _ = announced(changing == Changing.DONE);
    return changing;
  }

  /// Suspends each of these sessions whose denials reached what its template allows; the records
  /// that were new are in `tx` already. True when there was one.
  boolean judgeIn(Handle tx, Collection<Denials.Fresh> fresh, Instant now) {
    var some = false;
    for (var each : fresh) {
      var reached = Denials.reached(tx, each);
      if (reached.isPresent()) {
        var suspension = new Suspension(Suspension.Reason.DENIALS, reached.get(), now);
        some |= suspendIn(tx, new SessionId(each.session()), suspension, "", reached.get());
      }
    }
    return some;
  }

  /// After the commit of [#judgeIn].
  boolean announced(boolean changed) {
    if (changed) {
      store.announce();
    }
    return changed;
  }

  /// An envelope in canonical JSON, and SHA-256 over it in hex.
  public record Next(ByteString envelope, String digest) {}

  /// What became of a change.
  public enum Changing {
    DONE,
    /// Somebody else changed the session meanwhile, or it has ended.
    STALE,
    /// The envelopes of its workload would be larger than [SessionTable#LIVE_BYTES_MAX].
    FULL
  }

  private boolean suspendIn(Handle tx, SessionId id, Suspension suspension, String by, String why) {
    var moved =
        tx.createUpdate(
                "UPDATE session SET state = :next, suspend_reason = :reason,"
                    + " suspend_detail = :detail, suspended_at = :at"
                    + " WHERE id = :id AND state = :from")
            .bind("next", SessionState.ACTIVE.to(SessionState.SUSPENDED).name())
            .bind("from", SessionState.ACTIVE.name())
            .bind("reason", suspension.reason().name())
            .bind("detail", suspension.detail())
            .bind("at", suspension.at().toEpochMilli())
            .bind("id", id.value())
            .execute();
    return moved == 1
        && recorded(tx, id, SessionAction.SESSION_ACTION_SUSPEND, by, why, suspension.at());
  }

  private boolean recorded(
      Handle tx, SessionId id, SessionAction action, String by, String why, Instant at) {
    var _ = Changes.append(tx, id);
    var event = SessionEvent.newBuilder().setAction(action).setBy(by).setDetail(why);
    chain.append(tx, id.value(), event.build(), at);
    return true;
  }
}
