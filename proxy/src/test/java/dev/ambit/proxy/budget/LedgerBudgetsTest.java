package dev.ambit.proxy.budget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.testing.Way;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a call may spend is taken before it goes, and goes back only if no byte was sent.
class LedgerBudgetsTest {
  private static final String COUNTED = "https://api.good.test/counted";
  private static final String FREE = "https://api.good.test/bare";

  private final Way way = new Way();

  LedgerBudgetsTest() {
    way.image = Samples.image(Samples.session(Samples.ONE, 1));
  }

  @Test
  void asksNobodyWhereThereIsNoLimit() {
    Way.value(way.reserve(FREE)).release();
    assertThat(way.reserved).isEmpty();
    assertThat(way.settled).isEmpty();
  }

  @Test
  void tellsWhichGrantPermittedBeforeItTakesAnything() {
    way.answer = new Ledger.Answer.Exhausted();
    assertThat(Way.said(way.reserve(COUNTED))).isEqualTo("budget_exhausted");
    assertThat(way.permitted).containsExactly("good/counted");
  }

  @Test
  void givesBackWhatWasNotSpentAndChargesWhatWas() {
    Way.value(way.reserve(COUNTED)).release();
    var spent = Way.value(way.reserve(COUNTED));
    spent.spend();
    spent.release();
    spent.release();
    assertThat(way.settled).containsExactly("R0=0", "R1=1");
  }

  @Test
  void deniesAtOnceWhenNobodyAnswersAndGivesBackWhatMayHaveBeenTaken() {
    way.answer = new Ledger.Answer.Unavailable();
    assertThat(Way.said(way.reserve(COUNTED))).isEqualTo("control_unavailable");
    assertThat(way.settled).containsExactly("R0=0");
  }

  @Test
  void repeatsASettlementUntilItIsUnderstood() {
    way.settles = Ledger.Settled.UNAVAILABLE;
    Way.value(way.reserve(COUNTED)).release();
    way.time.advance(Duration.ofMillis(100));
    way.time.advance(Duration.ofMillis(200));
    assertThat(way.settled).containsExactly("R0=0", "R0=0", "R0=0");
    way.settles = Ledger.Settled.UNDERSTOOD;
    way.time.advance(Duration.ofMillis(400));
    assertThat(way.settlementsWaiting()).isZero();
    assertThat(way.time.waiting()).isZero();
  }

  @Test
  void givesASettlementUpThatTheLedgerDoesNotKnowSoThatOthersGetTheirTurn() {
    way.settles = Ledger.Settled.UNKNOWN;
    Way.value(way.reserve(COUNTED)).release();
    for (var i = 0; i < Settlements.UNKNOWN_MAX; i++) {
      assertThat(way.settlementsWaiting()).isEqualTo(1);
      way.time.advance(Duration.ofMillis(100L << i));
    }
    assertThat(way.settlementsWaiting()).isZero();
    assertThat(way.time.waiting()).isZero();
    way.settles = Ledger.Settled.UNDERSTOOD;
    Way.value(way.reserve(COUNTED)).release();
    assertThat(way.settled).endsWith("R1=0");
  }

  @Test
  void keepsNoMoreSettlementsThanItMay() {
    way.settles = Ledger.Settled.UNAVAILABLE;
    for (var i = 0; i <= Settlements.WAITING_MAX; i++) {
      Way.value(way.reserve(COUNTED)).release();
    }
    assertThat(way.settlementsWaiting()).isEqualTo(Settlements.WAITING_MAX);
    assertThat(way.settlementsDropped()).isEqualTo(1);
  }
}
