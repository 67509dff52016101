package dev.ambit.control.lifecycle;

import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.control.session.Seat;
import java.util.Optional;

/// What the API server says of pods. Thread-safe; may block for an answer of it.
public interface KnownPods {
  /// Where there is no Kubernetes.
  KnownPods NONE =
      new KnownPods() {
        @Override
        public Optional<Refusal> unusable(Seat seat) {
          return Optional.of(
              Refusal.of(
                  Kind.INVALID,
                  "binding",
                  "pod",
                  "identity: there is no API server to ask for the pod"));
        }

        @Override
        public boolean anyLives(Seat seat) {
          return false;
        }
      };

  /// Why no session may be bound to the pod of the seat: there is none, it has ended, has no proxy
  /// or is of another workload. Empty when one may.
  Optional<Refusal> unusable(Seat seat);

  /// Whether a pod of the seat is known to live: then silence alone does not make it gone.
  boolean anyLives(Seat seat);
}
