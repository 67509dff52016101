package dev.ambit.control.caller;

import dev.ambit.control.caller.TokenReviews.Review;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Judges the tokens of ServiceAccounts, remembering for a moment what the cluster said of each: so
/// a token that was revoked there is good here for [#ADMITTED_LIFE] longer at most. Nobody is
/// admitted without an answer. Tokens are remembered by their digest alone. Thread-safe, and blocks
/// nobody: questions are asked on threads of their own.
public final class ReviewedTokens {
  static final Duration ADMITTED_LIFE = Duration.ofSeconds(30);
  static final Duration REFUSED_LIFE = Duration.ofSeconds(5);
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Remembered of each kind: wrong tokens, of which anybody can make many, push out no right one.
  static final int REMEMBERED_MAX = 1_024;

  /// Questions at a time.
  static final int ASKED_MAX = 32;

  /// A JWT (RFC 7519 3) of at most 16 KiB: what has another form is no token of a cluster, and is
  /// shown to none.
  private static final Pattern JWT =
      Pattern.compile("(?=.{1,16384}$)[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

  private final TokenReviews reviews;
  private final Operators operators;
  private final Executor threads;
  private final LongSupplier nanos;
  private final Map<String, Answer> admitted = new Remembered();
  private final Map<String, Answer> refused = new Remembered();
  private final Map<String, CompletableFuture<Identity>> asked = new HashMap<>();

  /// @param threads may block
  /// @param nanos a monotonic clock
  public ReviewedTokens(
      TokenReviews reviews, Operators operators, Executor threads, LongSupplier nanos) {
    this.reviews = reviews;
    this.operators = operators;
    this.threads = threads;
    this.nanos = nanos;
  }

  /// Whose token it is, now or once the cluster has said so.
  public CompletableFuture<Identity> judge(String token) {
    if (!JWT.matcher(token).matches()) {
      return CompletableFuture.completedFuture(
          new Identity.Unknown("authorization: wrong token (expected: that of a ServiceAccount)"));
    }
    return ask(token)
        .completeOnTimeout(
            new Identity.Unavailable("token review: no answer in time (expected: ask again later)"),
            PATIENCE.toMillis(),
            TimeUnit.MILLISECONDS);
  }

  private CompletableFuture<Identity> ask(String token) {
    var digest = sha256(token);
    CompletableFuture<Identity> question;
    // Counted from the asking: what is answered may be older than its arrival.
    long began;
    synchronized (this) {
      began = nanos.getAsLong();
      var known = remembered(digest, began);
      if (known != null) {
        return CompletableFuture.completedFuture(known);
      }
      var before = asked.get(digest);
      if (before != null) {
        return before.copy();
      }
      if (asked.size() >= ASKED_MAX) {
        return CompletableFuture.completedFuture(
            new Identity.Unavailable(
                "token review: " + ASKED_MAX + " under way (expected: ask again later)"));
      }
      question = CompletableFuture.supplyAsync(() -> identity(reviews.review(token)), threads);
      asked.put(digest, question);
    }
    // It stays among those asked until it has ended, however long nobody waits for it any more.
    return question.whenComplete((identity, _) -> remember(digest, identity, began)).copy();
  }

  private Identity identity(Review review) {
    return switch (review) {
      case Review.Account account -> new Identity.Known(operators.caller(account));
      case Review.Refused(var why) -> new Identity.Unknown("authorization: " + why);
      case Review.Away(var why) -> new Identity.Unavailable("token review: " + why);
    };
  }

  private @Nullable Identity remembered(String digest, long now) {
    for (var answers : List.of(admitted, refused)) {
      var answer = answers.get(digest);
      if (answer != null && answer.until() - now > 0) {
        return answer.identity();
      }
    }
    return null;
  }

  private synchronized void remember(String digest, @Nullable Identity identity, long began) {
    asked.remove(digest);
    switch (identity) {
      case Identity.Known known -> {
        refused.remove(digest);
        admitted.put(digest, new Answer(known, began + ADMITTED_LIFE.toNanos()));
      }
      case Identity.Unknown unknown -> {
        admitted.remove(digest);
        refused.put(digest, new Answer(unknown, began + REFUSED_LIFE.toNanos()));
      }
      // No answer is nothing to remember.
      case Identity.Unavailable _ -> {}
      case null -> {}
    }
  }

  private static String sha256(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }

  private record Answer(Identity identity, long until) {}

  /// Answers by digest, the oldest leaving first.
  private static final class Remembered extends LinkedHashMap<String, Answer> {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Answer> eldest) {
      return size() > REMEMBERED_MAX;
    }
  }
}
