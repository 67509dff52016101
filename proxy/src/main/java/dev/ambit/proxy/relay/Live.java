package dev.ambit.proxy.relay;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.SessionImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// The exchanges under way, by session, and the cutting of those that are permitted no more.
/// Confined to its loop.
final class Live {
  private final Gate gate;
  private final Map<SessionId, Set<Cuttable>> calls = new HashMap<>();

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
    calls.computeIfAbsent(session, _ -> new LinkedHashSet<>()).add(call);
    return start.get().whenComplete((_, _) -> letGo(session, call));
  }

  private void letGo(SessionId session, Cuttable call) {
    var its = calls.get(session);
    if (its != null) {
      its.remove(call);
      if (its.isEmpty()) {
        calls.remove(session);
      }
    }
  }

  /// Cuts every exchange that the image does not permit.
  void enforce(SessionImage image) {
    for (var session : new ArrayList<>(calls.keySet())) {
      for (var call : new ArrayList<>(calls.getOrDefault(session, Set.of()))) {
        objection(call, image).ifPresent(call::cut);
      }
    }
  }

  int size() {
    return calls.values().stream().mapToInt(Set::size).sum();
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
}
