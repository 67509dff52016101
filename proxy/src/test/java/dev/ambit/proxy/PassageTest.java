package dev.ambit.proxy;

import static java.util.concurrent.CompletableFuture.completedStage;
import static java.util.concurrent.CompletableFuture.failedStage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.Claim;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import dev.ambit.proxy.model.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// What a call took is given back whichever way it ends, and a stage below a refusal never runs.
class PassageTest {
  private static final Outcome<String> START = new Outcome.Proceed<>("start");
  private static final Denial DENIAL = Denial.of(Reason.PATH_NOT_GRANTED, null);
  private static final Failure FAILURE = new Failure(Failure.Stage.CONNECT, false, "no");

  private final List<String> released = new ArrayList<>();

  @Test
  void releasesInReverseWhenTheCallEnds() {
    var end = new CompletableFuture<Outcome<String>>();
    var outcome =
        Passage.of(START)
            .thenClaim(_ -> completedStage(new Outcome.Proceed<>(claim("first"))))
            .thenClaim(_ -> completedStage(new Outcome.Proceed<>(claim("second"))))
            .thenAwait(_ -> end)
            .outcome();
    assertThat(released).isEmpty();
    end.complete(START);
    assertThat(outcome.toCompletableFuture()).isCompletedWithValue(START);
    assertThat(released).containsExactly("second", "first");
  }

  @Test
  void releasesWhenALaterStageRefuses() {
    var outcome =
        Passage.of(START)
            .thenClaim(_ -> completedStage(new Outcome.Proceed<>(claim("first"))))
            .then(_ -> new Outcome.Refuse<String>(DENIAL))
            .outcome();
    assertThat(outcome.toCompletableFuture())
        .isCompletedWithValue(new Outcome.Refuse<String>(DENIAL));
    assertThat(released).containsExactly("first");
  }

  @Test
  void releasesWhenALaterStageFailsOrThrows() {
    var failed =
        Passage.of(START)
            .thenClaim(_ -> completedStage(new Outcome.Proceed<>(claim("first"))))
            .thenAwait(_ -> completedStage(new Outcome.Fail<String>(FAILURE)))
            .outcome();
    var threw =
        Passage.of(START)
            .thenClaim(_ -> completedStage(new Outcome.Proceed<>(claim("second"))))
            .<String>thenAwait(_ -> {
              throw new IllegalStateException("nobody planned this");
            })
            .outcome();
    var broke =
        Passage.of(START)
            .thenClaim(_ -> completedStage(new Outcome.Proceed<>(claim("third"))))
            .<String>thenAwait(_ -> failedStage(new IllegalStateException("nor this")))
            .outcome();
    assertThat(failed.toCompletableFuture())
        .isCompletedWithValue(new Outcome.Fail<String>(FAILURE));
    assertThat(threw.toCompletableFuture()).isCompletedExceptionally();
    assertThat(broke.toCompletableFuture()).isCompletedExceptionally();
    assertThat(released).containsExactly("first", "second", "third");
  }

  @Test
  void runsNoStageBelowARefusalOrFailure() {
    for (var stop :
        List.<Outcome<String>>of(new Outcome.Refuse<>(DENIAL), new Outcome.Fail<>(FAILURE))) {
      var outcome =
          Passage.of(stop)
              .<String>then(_ -> {
                throw unreached();
              })
              .<String>thenAwait(_ -> {
                throw unreached();
              })
              .<Claim>thenClaim(_ -> {
                throw unreached();
              })
              .outcome();
      assertThat(outcome.toCompletableFuture()).isCompleted();
    }
  }

  private static AssertionError unreached() {
    return new AssertionError("a stage below a refusal ran");
  }

  private Claim claim(String name) {
    return () -> released.add(name);
  }
}
