package dev.ambit.proxy.credential;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.testing.Way;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A credential is issued on first use, kept for what it is bound to, and wiped when that ends.
class CredentialCacheTest {
  private static final String ITEM = "https://api.good.test/v1/items/7";

  private final Way way = new Way();
  private final Asked issuer = new Asked();
  private final CredentialCache cache = new CredentialCache(issuer, way.time, way.time);

  CredentialCacheTest() {
    way.image = Samples.image(Samples.session(Samples.ONE, 1));
  }

  @AfterEach
  void wipe() {
    cache.enforce(SessionImage.EMPTY);
    assertThat(way.time.waiting()).isZero();
  }

  @Test
  void letsACallWithoutCredentialPass() {
    assertThat(Way.value(Way.now(attach("https://api.good.test/bare"))).credential()).isNull();
    assertThat(issuer.questions).isEmpty();
  }

  @Test
  void neverIssuesForCleartext() {
    assertThat(Way.said(Way.now(attach("http://plain.good.test/"))))
        .isEqualTo("credential_unavailable");
    assertThat(issuer.questions).isEmpty();
  }

  @Test
  void sharesOneQuestionAmong64FirstUses() {
    var waiting = new ArrayList<CompletionStage<Outcome<Dispatch>>>();
    for (var i = 0; i < 64; i++) {
      waiting.add(attach(ITEM));
    }
    assertThat(issuer.questions).hasSize(1);
    issuer.answer(0, Duration.ofMinutes(5));
    for (var one : waiting) {
      assertThat(text(one)).isEqualTo("Bearer 0");
    }
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 0");
    assertThat(issuer.questions).hasSize(1);
  }

  @Test
  void refusesAllWhenNoneCanBeHadAndAsksAgainForTheNext() {
    var first = attach(ITEM);
    var second = attach(ITEM);
    issuer.questions.getFirst().complete(new Issuer.Answer.Unavailable("no"));
    assertThat(Way.said(Way.now(first))).isEqualTo("credential_unavailable");
    assertThat(Way.said(Way.now(second))).isEqualTo("credential_unavailable");
    var third = attach(ITEM);
    issuer.answer(1, Duration.ofMinutes(5));
    assertThat(text(third)).isEqualTo("Bearer 1");
  }

  @Test
  void renewsInTheBackgroundFrom70PercentOfItsLife() {
    issued(Duration.ofSeconds(105));
    way.time.advance(Duration.ofSeconds(69));
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 0");
    assertThat(issuer.questions).hasSize(1);
    way.time.advance(Duration.ofSeconds(1));
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 0");
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 0");
    assertThat(issuer.questions).hasSize(2);
    issuer.answer(1, Duration.ofSeconds(105));
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 1");
  }

  @Test
  void keepsTheOldOneUntilItsEndForCallsThatHoldIt() {
    issued(Duration.ofSeconds(105));
    var held = credential(attach(ITEM));
    way.time.advance(Duration.ofSeconds(70));
    attach(ITEM);
    issuer.answer(1, Duration.ofSeconds(105));
    assertThat(held.value().wiped()).isFalse();
    way.time.advance(Duration.ofSeconds(30));
    assertThat(held.value().wiped()).isTrue();
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 1");
  }

  @Test
  void wipesFiveSecondsBeforeItsEndAndIssuesAnew() {
    issued(Duration.ofSeconds(60));
    way.time.advance(Duration.ofSeconds(55));
    var next = attach(ITEM);
    assertThat(issuer.questions).hasSize(2);
    issuer.answer(1, Duration.ofSeconds(60));
    assertThat(text(next)).isEqualTo("Bearer 1");
  }

  @Test
  void countsItsLifeFromTheAskingNotFromTheAnswer() {
    var waiting = attach(ITEM);
    way.time.advance(Duration.ofSeconds(8));
    issuer.answer(0, Duration.ofSeconds(60));
    var credential = credential(waiting);
    assertThat(credential.deadlineNanos()).isEqualTo(Duration.ofSeconds(55).toNanos());
  }

  @Test
  void asksOnceForAllWhoseCredentialWasRejectedAndUsesTheNewOneFromThenOn() {
    issued(Duration.ofMinutes(5));
    var held = dispatch(attach(ITEM));
    var one = cache.inPlaceOf(held);
    var other = cache.inPlaceOf(dispatch(attach(ITEM)));
    assertThat(issuer.questions).hasSize(2);
    assertThat(issuer.inPlaceOf).containsExactly("", "01ARZ3NDEKTSV4RRFFQ69G5FC0");
    issuer.answer(1, Duration.ofMinutes(5));
    assertThat(replaced(one)).isEqualTo("Bearer 1");
    assertThat(replaced(other)).isEqualTo("Bearer 1");
    // Whoever comes late with the old one gets the new one, too.
    assertThat(replaced(cache.inPlaceOf(held))).isEqualTo("Bearer 1");
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 1");
    assertThat(issuer.questions).hasSize(2);
  }

  @Test
  void replacesNoReplacementUntilItWasRenewed() {
    issued(Duration.ofSeconds(105));
    var first = cache.inPlaceOf(dispatch(attach(ITEM)));
    issuer.answer(1, Duration.ofSeconds(105));
    assertThat(replaced(first)).isEqualTo("Bearer 1");
    assertThat(replaced(cache.inPlaceOf(dispatch(attach(ITEM))))).isEqualTo("none");
    way.time.advance(Duration.ofSeconds(70));
    attach(ITEM);
    issuer.answer(2, Duration.ofSeconds(105));
    var again = cache.inPlaceOf(dispatch(attach(ITEM)));
    issuer.answer(3, Duration.ofSeconds(105));
    assertThat(replaced(again)).isEqualTo("Bearer 3");
  }

  @Test
  void takesNotTheRejectedOneForItsOwnReplacement() {
    issued(Duration.ofMinutes(5));
    var waiting = cache.inPlaceOf(dispatch(attach(ITEM)));
    var same = issuer.issued(0, Duration.ofMinutes(5));
    issuer.questions.get(1).complete(same);
    assertThat(replaced(waiting)).isEqualTo("none");
    assertThat(same.value().wiped()).isTrue();
    assertThat(text(attach(ITEM))).isEqualTo("Bearer 0");
  }

  @Test
  void replacesNothingOfASessionThatHasEnded() {
    issued(Duration.ofMinutes(5));
    var held = dispatch(attach(ITEM));
    cache.enforce(SessionImage.EMPTY);
    assertThat(replaced(cache.inPlaceOf(held))).isEqualTo("none");
    assertThat(issuer.questions).hasSize(1);
  }

  @Test
  void wipesWhenItsSessionEndsOrTheLeaseIsLost() {
    issued(Duration.ofMinutes(5));
    var held = credential(attach(ITEM));
    cache.enforce(way.image);
    assertThat(held.value().wiped()).isFalse();
    cache.enforce(SessionImage.EMPTY);
    assertThat(held.value().wiped()).isTrue();
    assertThat(cache.held()).isZero();
  }

  @Test
  void wipesWhileItsSessionIsSuspended() {
    issued(Duration.ofMinutes(5));
    var held = credential(attach(ITEM));
    var envelope = Samples.envelope(Samples.ONE, Sharing.EXCLUSIVE);
    cache.enforce(Samples.image(Samples.session(envelope, 2, true, Long.MAX_VALUE, "")));
    assertThat(held.value().wiped()).isTrue();
    assertThat(cache.held()).isZero();
  }

  @Test
  void wipesWhenANewVersionHasNoSuchGrant() {
    issued(Duration.ofMinutes(5));
    var envelope = Samples.without(Samples.envelope(Samples.ONE, Sharing.EXCLUSIVE), "items");
    cache.enforce(Samples.image(Samples.session(envelope, 2, false, Long.MAX_VALUE, "")));
    assertThat(cache.held()).isZero();
  }

  @Test
  void wipesAnAnswerThatComesAfterTheEnd() {
    var waiting = attach(ITEM);
    cache.enforce(SessionImage.EMPTY);
    var value = issuer.answer(0, Duration.ofMinutes(5));
    assertThat(Way.said(Way.now(waiting))).isEqualTo("lease_lost");
    assertThat(value.wiped()).isTrue();
  }

  @Test
  void tellsWhoWaitedWhyNoneIsWantedAnyMore() {
    var ended =
        new SessionImage(
            1, 2, Map.of(), Map.of(Samples.ONE, new Tombstone(Reason.SESSION_IDLE, "")));
    var suspended =
        Samples.session(
            Samples.envelope(Samples.ONE, Sharing.EXCLUSIVE), 2, true, Long.MAX_VALUE, "");
    assertThat(whenEnforced(ended)).isEqualTo("session_idle");
    assertThat(whenEnforced(Samples.image(suspended))).isEqualTo("session_suspended");
    assertThat(whenEnforced(Samples.image())).isEqualTo("session_expired");
  }

  private String whenEnforced(SessionImage image) {
    var waiting = attach(ITEM);
    cache.enforce(image);
    issuer.questions.getLast().complete(new Issuer.Answer.Unavailable("no"));
    return Way.said(Way.now(waiting));
  }

  @Test
  void refusesAndWipesWhatIsNotBoundToTheQuestionOrIsNoFieldValue() {
    refused(issued -> change(issued, "01ARZ3NDEKTSV4RRFFQ69G5FA2", "items", "authorization"));
    refused(issued -> change(issued, issued.session(), "bare", "authorization"));
    refused(issued -> change(issued, issued.session(), "items", "Authorization: x"));
    refused(issued -> value(issued, "Bearer a\r\nHost: b"));
    refused(issued -> value(issued, ""));
    refused(issued -> value(issued, "x".repeat(Slot.VALUE_BYTES_MAX + 1)));
    refused(issued -> carried(issued, new Carrier.QueryParameter("a&b"), "x"));
    refused(issued -> carried(issued, new Carrier.QueryParameter("key"), "x&y=z"));
    refused(issued -> carried(issued, new Carrier.QueryParameter("key"), "x HTTP/1.1"));
    refused(issued -> lasts(issued, Duration.ofSeconds(5)));
    refused(issued -> lasts(issued, Duration.ofDays(2)));
  }

  private void refused(UnaryOperator<Issuer.Answer.Issued> changed) {
    var waiting = attach(ITEM);
    var answer = changed.apply(issuer.issued(issuer.questions.size() - 1, Duration.ofMinutes(5)));
    issuer.questions.getLast().complete(answer);
    assertThat(Way.said(Way.now(waiting))).isEqualTo("credential_unavailable");
    assertThat(answer.value().wiped()).isTrue();
  }

  private static Issuer.Answer.Issued change(
      Issuer.Answer.Issued issued, String session, String grant, String header) {
    return new Issuer.Answer.Issued(
        issued.id(),
        session,
        grant,
        issued.authority(),
        new Carrier.Header(header),
        issued.value(),
        issued.expiresIn());
  }

  private static Issuer.Answer.Issued value(Issuer.Answer.Issued issued, String value) {
    issued.value().wipe();
    return new Issuer.Answer.Issued(
        issued.id(),
        issued.session(),
        issued.grant(),
        issued.authority(),
        issued.carrier(),
        Secret.move(value.getBytes(US_ASCII)),
        issued.expiresIn());
  }

  private static Issuer.Answer.Issued carried(
      Issuer.Answer.Issued issued, Carrier carrier, String value) {
    issued.value().wipe();
    return new Issuer.Answer.Issued(
        issued.id(),
        issued.session(),
        issued.grant(),
        issued.authority(),
        carrier,
        Secret.move(value.getBytes(US_ASCII)),
        issued.expiresIn());
  }

  private static Issuer.Answer.Issued lasts(Issuer.Answer.Issued issued, Duration life) {
    return new Issuer.Answer.Issued(
        issued.id(),
        issued.session(),
        issued.grant(),
        issued.authority(),
        issued.carrier(),
        issued.value(),
        life);
  }

  private void issued(Duration life) {
    var waiting = attach(ITEM);
    issuer.answer(0, life);
    assertThat(text(waiting)).isEqualTo("Bearer 0");
  }

  private CompletionStage<Outcome<Dispatch>> attach(String url) {
    return cache.attach(Way.value(way.route(url)));
  }

  private static Dispatch dispatch(CompletionStage<Outcome<Dispatch>> attached) {
    return Way.value(Way.now(attached));
  }

  private static String replaced(CompletionStage<@Nullable Dispatch> waiting) {
    var other = waiting.toCompletableFuture().getNow(null);
    return other == null
        ? "none"
        : text(CompletableFuture.completedStage(new Outcome.Proceed<>(other)));
  }

  private static Credential credential(CompletionStage<Outcome<Dispatch>> attached) {
    return Objects.requireNonNull(Way.value(Way.now(attached)).credential());
  }

  private static String text(CompletionStage<Outcome<Dispatch>> attached) {
    var credential = credential(attached);
    var head = Unpooled.buffer();
    credential.value().writeTo(head);
    return head.toString(US_ASCII);
  }

  /// Keeps the questions until the test answers them.
  private static final class Asked implements Issuer {
    private final List<CompletableFuture<Answer>> questions = new ArrayList<>();
    private final List<String> inPlaceOf = new ArrayList<>();

    @Override
    public CompletionStage<Answer> issue(
        SessionId session, String grant, Authority authority, String rejected) {
      inPlaceOf.add(rejected);
      var question = new CompletableFuture<Answer>();
      questions.add(question);
      return question;
    }

    Secret answer(int question, Duration life) {
      var issued = issued(question, life);
      questions.get(question).complete(issued);
      return issued.value();
    }

    Answer.Issued issued(int number, Duration life) {
      return new Answer.Issued(
          "01ARZ3NDEKTSV4RRFFQ69G5FC" + number,
          Samples.ONE.value(),
          "items",
          "https://api.good.test:443",
          new Carrier.Header("authorization"),
          Secret.move(("Bearer " + number).getBytes(US_ASCII)),
          life);
    }
  }
}
