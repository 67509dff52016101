package dev.ambit.proxy;

import static java.util.concurrent.CompletableFuture.completedStage;

import dev.ambit.proxy.model.Claim;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Outcome.Fail;
import dev.ambit.proxy.model.Outcome.Proceed;
import dev.ambit.proxy.model.Outcome.Refuse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// One call on its way: the outcome so far, and what must be given back when the way ends. Every
/// stage completes on the event loop of its connection, so `claims` needs no lock.
final class Passage<T> {
  private final CompletionStage<Outcome<T>> outcome;
  private final List<Claim> claims;

  private Passage(CompletionStage<Outcome<T>> outcome, List<Claim> claims) {
    this.outcome = outcome;
    this.claims = claims;
  }

  static <T> Passage<T> of(Outcome<T> first) {
    return new Passage<>(completedStage(first), new ArrayList<>());
  }

  <R> Passage<R> then(Function<? super T, Outcome<R>> stage) {
    return new Passage<>(outcome.thenApply(soFar -> soFar.then(stage)), claims);
  }

  <R> Passage<R> thenAwait(Function<? super T, CompletionStage<Outcome<R>>> stage) {
    return new Passage<>(
        outcome.thenCompose(soFar ->
            switch (soFar) {
              case Proceed<T>(T value) -> stage.apply(value);
              case Refuse<T>(Denial denial) -> completedStage(new Refuse<>(denial));
              case Fail<T>(Failure failure) -> completedStage(new Fail<>(failure));
            }),
        claims);
  }

  /// As [#thenAwait], and what the stage made is released whichever way the call ends.
  <R extends Claim> Passage<R> thenClaim(Function<? super T, CompletionStage<Outcome<R>>> stage) {
    return thenAwait(value ->
        stage
            .apply(value)
            .thenApply(made -> {
              if (made instanceof Proceed<R>(R claim)) {
                claims.add(claim);
              }
              return made;
            }));
  }

  CompletionStage<Outcome<T>> outcome() {
    return outcome.whenComplete((_, _) -> claims.reversed().forEach(Claim::release));
  }
}
