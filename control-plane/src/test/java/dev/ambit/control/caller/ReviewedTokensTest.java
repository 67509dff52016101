package dev.ambit.control.caller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.caller.TokenReviews.Review;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nobody is admitted but on the word of the cluster, which is asked seldom and never for long.
class ReviewedTokensTest {
  private static final String TOKEN = "aa.bb.cc";
  private static final Review FLOWS =
      new Review.Account("flows", "bot", Set.of("system:serviceaccounts:flows"));

  private final AtomicLong nanos = new AtomicLong(-5);
  private final List<String> asked = new ArrayList<>();
  private final List<Runnable> waiting = new ArrayList<>();
  private Review answer = FLOWS;

  @Test
  void remembersWhoWasAdmittedForThirtySecondsFromTheAskingAndNotLonger() {
    var tokens = tokens(Runnable::run);
    assertThat(now(tokens, TOKEN)).isEqualTo(known("kubernetes:flows:bot", false));
    answer = new Review.Refused("revoked");
    pass(Duration.ofSeconds(30).minusNanos(1));
    assertThat(now(tokens, TOKEN)).isEqualTo(known("kubernetes:flows:bot", false));
    pass(Duration.ofNanos(1));
    assertThat(now(tokens, TOKEN)).isEqualTo(new Identity.Unknown("authorization: revoked"));
    assertThat(asked).hasSize(2);
  }

  @Test
  void remembersWhoWasRefusedForFiveSeconds() {
    var tokens = tokens(Runnable::run);
    answer = new Review.Refused("wrong");
    now(tokens, TOKEN);
    answer = FLOWS;
    pass(Duration.ofSeconds(5).minusNanos(1));
    assertThat(now(tokens, TOKEN)).isEqualTo(new Identity.Unknown("authorization: wrong"));
    pass(Duration.ofNanos(1));
    assertThat(now(tokens, TOKEN)).isEqualTo(known("kubernetes:flows:bot", false));
  }

  @Test
  void admitsNobodyWithoutAnAnswerAndAsksAgain() {
    var tokens = tokens(Runnable::run);
    answer = new Review.Away("gone");
    assertThat(now(tokens, TOKEN)).isEqualTo(new Identity.Unavailable("token review: gone"));
    answer = FLOWS;
    assertThat(now(tokens, TOKEN)).isEqualTo(known("kubernetes:flows:bot", false));
  }

  @Test
  void asksOnceForManyAndNeverOnTheThreadOfTheCaller() {
    var tokens = tokens(waiting::add);
    var first = tokens.judge(TOKEN);
    var second = tokens.judge(TOKEN);
    assertThat(List.of(first.isDone(), second.isDone())).containsOnly(false);
    assertThat(asked).isEmpty();
    waiting.forEach(Runnable::run);
    assertThat(first.join()).isEqualTo(second.join());
    assertThat(asked).hasSize(1);
  }

  @Test
  void whoWaitsCannotAnswerForOthers() {
    var tokens = tokens(waiting::add);
    tokens.judge(TOKEN).complete(known("kubernetes:a:b", true));
    var other = tokens.judge(TOKEN);
    waiting.forEach(Runnable::run);
    assertThat(other.join()).isEqualTo(known("kubernetes:flows:bot", false));
  }

  @Test
  void asksSoManyQuestionsAtATimeAndNoMore() {
    var tokens = tokens(waiting::add);
    for (var n = 0; n < ReviewedTokens.ASKED_MAX; n++) {
      assertThat(tokens.judge("a.b.c" + n)).isNotDone();
    }
    assertThat(now(tokens, TOKEN))
        .isEqualTo(
            new Identity.Unavailable("token review: 32 under way (expected: ask again later)"));
    waiting.removeFirst().run();
    assertThat(tokens.judge(TOKEN)).isNotDone();
  }

  @Test
  void wrongTokensPushOutNoRightOneAndTheOldestOfThemLeavesFirst() {
    var tokens = tokens(Runnable::run);
    now(tokens, TOKEN);
    answer = new Review.Refused("wrong");
    for (var n = 0; n <= ReviewedTokens.REMEMBERED_MAX; n++) {
      now(tokens, "a.b.c" + n);
    }
    asked.clear();
    assertThat(now(tokens, TOKEN)).isEqualTo(known("kubernetes:flows:bot", false));
    now(tokens, "a.b.c" + ReviewedTokens.REMEMBERED_MAX);
    assertThat(asked).isEmpty();
    now(tokens, "a.b.c0");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aQuestionThatDiesAdmitsNobodyAndMayBeAskedAgain() {
    var dying =
        new ReviewedTokens(
            token -> {
              asked.add(token);
              throw new IllegalStateException("planned by nobody");
            },
            new Operators(Set.of()),
            Runnable::run,
            nanos::get);
    assertThat(dying.judge(TOKEN)).isCompletedExceptionally();
    assertThat(dying.judge(TOKEN)).isCompletedExceptionally();
    assertThat(asked).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "abc", "a.b", "a.b.c.d", "a.b.c=", "a.b.ü", "a..c", "a.b.c d"})
  void showsTheClusterNothingThatIsNoTokenOfIt(String token) {
    assertThat(now(tokens(Runnable::run), token)).isInstanceOf(Identity.Unknown.class);
    assertThat(now(tokens(Runnable::run), "a.b." + "c".repeat(16_381)))
        .isInstanceOf(Identity.Unknown.class);
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"kubernetes:flows:bot", "system:serviceaccounts:flows"})
  void anOperatorIsNamedInTheSettingsOrAGroupOfIt(String named) {
    var operators = new Operators(Set.of(named, "kubernetes:flows:other"));
    assertThat(operators.caller((Review.Account) FLOWS).isOperator()).isTrue();
    assertThat(operators.caller(new Review.Account("other", "bot", Set.of())).isOperator())
        .isFalse();
    // A group cannot take the name of an account.
    assertThat(
            operators
                .caller(new Review.Account("x", "y", Set.of("kubernetes:flows:other")))
                .isOperator())
        .isFalse();
  }

  private ReviewedTokens tokens(Executor threads) {
    return new ReviewedTokens(
        token -> {
          asked.add(token);
          return answer;
        },
        new Operators(Set.of()),
        threads,
        nanos::get);
  }

  private static Identity now(ReviewedTokens tokens, String token) {
    CompletableFuture<Identity> judged = tokens.judge(token);
    assertThat(judged).isDone();
    return judged.join();
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  private static Identity known(String name, boolean operator) {
    return new Identity.Known(new Caller.ServiceAccount(name, operator));
  }
}
