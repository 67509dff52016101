package dev.ambit.proxy.relay;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The exchanges under way, by session, and the cutting of those that are permitted no more.
/// Confined to its loop.
final class Live {
  private final Gate gate;
  private final Map<SessionId, Held> calls = new HashMap<>();

  Live(Gate gate) {
    this.gate = gate;
  }

  /// An exchange that can be ended from outside.
  interface Cuttable {
    Admitted admitted();

    /// Ends it: when this returns, nothing more of it goes upstream.
    void cut(Denial denial);

    default SessionId session() {
      return admitted().dispatch().route().reservation().approval().permit().bound().session().id();
    }
  }

  /// Holds the call until its end, which it starts.
  CompletionStage<Exchange> hold(Cuttable call, Supplier<CompletionStage<Exchange>> start) {
    var session = call.session();
    calls.computeIfAbsent(session, _ -> new Held()).add(call);
    return start.get().whenComplete((_, _) -> letGo(session, call));
  }

  private void letGo(SessionId session, Cuttable call) {
    var its = calls.get(session);
    if (its != null) {
      its.calls.remove(call);
      if (its.calls.isEmpty()) {
        calls.remove(session);
      }
    }
  }

  /// Cuts every exchange that the image does not permit. Those of a session that is in the image as
  /// it was when all of them were judged last are not judged again: of many sessions one ends at a
  /// time, and each end is an image (F26).
  void enforce(SessionImage image) {
    for (var entry : List.copyOf(calls.entrySet())) {
      var session = image.sessions().get(entry.getKey());
      var its = entry.getValue();
      if (session == null || !its.judgedBy(session)) {
        for (var call : List.copyOf(its.calls)) {
          objection(call, image).ifPresent(call::cut);
        }
        its.judged = session;
      }
    }
  }

  int size() {
    return calls.values().stream().mapToInt(its -> its.calls.size()).sum();
  }

  private Optional<Denial> objection(Cuttable call, SessionImage image) {
    var lapsed = gate.lapse(call.admitted());
    if (lapsed != null) {
      return Optional.of(lapsed);
    }
    return serves(image, call.session())
        ? Optional.empty()
        : Optional.of(Denial.of(Reason.SESSION_ENDED, null));
  }

  static boolean serves(SessionImage image, SessionId id) {
    var session = image.sessions().get(id);
    return session != null && !session.suspended();
  }

  /// The exchanges of one session.
  private static final class Held {
    private final Set<Cuttable> calls = new LinkedHashSet<>();
    // By what all of them were judged since they are held; null when one came after that.
    private @Nullable Session judged;

    private void add(Cuttable call) {
      calls.add(call);
      judged = null;
    }

    // The very object: an image takes over from the one before what did not change.
    @SuppressWarnings("ReferenceEquality")
    private boolean judgedBy(Session session) {
      return judged == session;
    }
  }
}
