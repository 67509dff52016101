package dev.ambit.proxy.audit;

import dev.ambit.proxy.model.CallId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/// Who waits until calls that are still on their way are decided. Confined to the loop.
final class Settling {
  /// Waits that are told apart; of more the last one stands for the rest.
  static final int WAITING_MAX = 64;

  private final Deque<Waiting> waiting = new ArrayDeque<>();

  /// Waits for the decisions on these calls.
  CompletionStage<Reach> on(Set<CallId> undecided) {
    var last = waiting.peekLast();
    if (last == null || waiting.size() < WAITING_MAX) {
      last = new Waiting(new HashSet<>(), new CompletableFuture<>());
      waiting.add(last);
    }
    last.undecided.addAll(undecided);
    return last.done;
  }

  /// The decision on a call is on its way to the disk, or there.
  void decided(CallId call) {
    waiting.forEach(one -> one.undecided.remove(call));
  }

  /// Whether anybody waits for nothing more than the disk.
  boolean ready() {
    return waiting.stream().anyMatch(Waiting::ready);
  }

  /// Lets go of those, each to be told what `reach` answers.
  void release(Supplier<CompletionStage<Reach>> reach) {
    waiting.removeIf(one -> {
      if (one.ready()) {
        var _ = reach.get().thenAccept(one.done::complete);
      }
      return one.ready();
    });
  }

  private record Waiting(Set<CallId> undecided, CompletableFuture<Reach> done) {
    boolean ready() {
      return undecided.isEmpty();
    }
  }
}
