package dev.ambit.chaos.judge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.chaos.fault.Hop;
import dev.ambit.chaos.judge.Evidence.Disturbance;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The judge finds each violation that is seeded into a clean log, names it, and finds nothing in
/// the clean one.
class JudgeTest {
  private static final Judge.Bounds BOUNDS = new Judge.Bounds(3, 1, Duration.ofSeconds(6));

  private final Log log = Log.clean();

  @Test
  void findsNothingInACleanLog() {
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i1FindsACallThatNoEnvelopeGrants() {
    log.call("pry", "GET", "/v1/secrets/pry", 5).ungranted().arrives().recorded();
    finds(Invariant.I1, "pry", "granted by no envelope");
  }

  @Test
  void i1FindsACallThatArrivesMoreThanASecondAfterTheEnd() {
    log.call("late", "GET", "/v1/items/late", 21.2).arrives().recorded();
    finds(Invariant.I1, "late", "1200 ms after the end of session S1");
  }

  @Test
  void i1GrantsTheClockASecond() {
    log.call("near", "GET", "/v1/items/near", 20.9).arrives().recorded();
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i1FindsACallAfterTheExpiryOfASessionThatNobodyClosed() {
    log.endsByItself();
    log.call("late", "GET", "/v1/items/late", 31.5).arrives().recorded();
    finds(Invariant.I1, "late", "1500 ms after the end of session S1");
  }

  @Test
  void i1FindsACallThatNoAgentMade() {
    log.call("ghost", "GET", "/v1/items/ghost", 5).arrives().recorded().unmade();
    finds(Invariant.I1, "ghost", "made by no agent");
  }

  @Test
  void i1FindsACallThatArrivesAsAnother() {
    log.call("bent", "GET", "/v1/items/bent", 5).arrivesAt("/v1/items/other").recorded();
    assertThat(Judge.judge(log.evidence(), BOUNDS))
        .anySatisfy(finding -> {
          assertThat(finding.invariant()).isEqualTo(Invariant.I1);
          assertThat(finding.sentence()).contains("bent", "was asked for as GET /v1/items/bent");
        });
  }

  @Test
  void i2FindsACallWithoutARecord() {
    log.call("bare", "GET", "/v1/items/bare", 5).arrives();
    finds(Invariant.I2, "bare", "0 durable decisions");
  }

  @Test
  void i2FindsACallWithTwoRecords() {
    log.call("twice", "GET", "/v1/items/twice", 5).arrives().recorded().recorded();
    finds(Invariant.I2, "twice", "2 durable decisions");
  }

  @Test
  void i2FindsARecordThatCameAfterTheCall() {
    log.call("after", "GET", "/v1/items/after", 5).arrives().recordedAt(7);
    finds(Invariant.I2, "after", "decided only at");
  }

  @Test
  void i2BelievesNoTimeOfAProxyWhoseClockWasWrong() {
    log.call("after", "GET", "/v1/items/after", 5).arrives().recordedAt(3_605);
    log.disturbed(
        new Disturbance(
            "F18", "ahead", Set.of(Hop.CLOCK), Log.at(4), Log.at(9), Log.back(Log.at(10))));
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i2FindsAPermitWithoutACompletion() {
    log.call("open", "GET", "/v1/items/open", 5).arrives().recorded().completed(0);
    finds(Invariant.I2, "open", "0 completions");
  }

  @Test
  void i2FindsAPermitWithTwoCompletions() {
    log.call("closed", "GET", "/v1/items/closed", 5).arrives().recorded().completed(2);
    finds(Invariant.I2, "closed", "2 completions");
  }

  @Test
  void i2FindsAWriteThatWasSentAgain() {
    log.without("write");
    log.call("again", "POST", "/v1/upload/again", 5).arrives().arrives().recorded();
    finds(Invariant.I2, "again", "arrived 2 times");
  }

  @Test
  void i2LetsAReadBeSentAgain() {
    log.call("again", "GET", "/v1/items/again", 5).arrives().arrives().recorded();
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i2FindsAReceiptThatCallsACountCompleteWhichIsNot() {
    log.receipt(1, 0, true);
    finds(Invariant.I2, "S1", "1 permitted and 0 denied", "its records 2 and 0");
  }

  @Test
  void i2BelievesAReceiptThatCountsWhatIsRecordedOrDoesNotCallItComplete() {
    log.receipt(2, 0, true);
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
    log.receipt(1, 0, false);
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i2FindsAChainThatIsNotWhole() {
    log.complains("audit chain B at 7: hash");
    finds(Invariant.I2, "audit chain B at 7", "hash");
  }

  @Test
  void i3FindsAStreamThatOutlivesItsSession() {
    log.call("long", "GET", "/v1/stream/long", 5).streamsUntil(21.5).recorded();
    finds(Invariant.I3, "long", "1500 ms after the end of session S1");
  }

  @Test
  void i3GrantsAStreamTheTimeInWhichItsProxyCouldNotRunAndASecond() {
    proxyStopped();
    log.call("long", "GET", "/v1/stream/long", 5).streamsUntil(25.9).recorded();
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i3FindsAStreamThatGoesOnOnceItsProxyRunsAgain() {
    proxyStopped();
    log.call("long", "GET", "/v1/stream/long", 5).streamsUntil(26.1).recorded();
    finds(Invariant.I3, "long", "after the end of session S1");
  }

  @Test
  void i3FindsAStreamThatNeverEnds() {
    log.call("long", "GET", "/v1/stream/long", 5).streamsForEver().recorded();
    finds(Invariant.I3, "long", "until the run was over");
  }

  @Test
  void i3FindsATokenThatIsNotRevokedInFiveSeconds() {
    log.revoked(Log.TOKEN, 25.5);
    finds(Invariant.I3, Log.TOKEN, "S1");
  }

  @Test
  void i3FindsATokenThatIsNeverRevoked() {
    log.neverRevoked(Log.TOKEN);
    finds(Invariant.I3, Log.TOKEN, "never");
  }

  @Test
  void i3GrantsTheTimeInWhichTheIssuerWasOutOfReach() {
    log.disturbed(
        new Disturbance(
            "F07", "cut", Set.of(Hop.ISSUER), Log.at(19), Log.at(40), Log.back(Log.at(41))));
    log.revoked(Log.TOKEN, 45);
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i3GrantsNothingForAFaultElsewhere() {
    log.disturbed(
        new Disturbance(
            "F09", "RST", Set.of(Hop.UPSTREAM), Log.at(19), Log.at(40), Log.back(Log.at(41))));
    log.revoked(Log.TOKEN, 45);
    finds(Invariant.I3, Log.TOKEN, "S1");
  }

  @Test
  void i3FindsACutThatTakesLongerThanALease() {
    var _ = log.endConfirmedAt(27.5);
    finds(Invariant.I3, "S1", "was confirmed only at");
  }

  @Test
  void i3GrantsTheTimeInWhichAProxyWasOutOfReach() {
    proxyStopped();
    var _ = log.endConfirmedAt(27.5);
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
  }

  @Test
  void i3FindsACredentialThatAnotherSessionUses() {
    log.session("S2");
    log.call("mixed", "GET", "/v1/items/mixed", 5).of("S2").arrives().recorded();
    finds(Invariant.I3, "mixed", "bears the credential of session");
  }

  @Test
  void i3FindsATokenThatWasKeptAndNeverUsed() {
    log.issued("spare");
    finds(Invariant.I3, "spare", "never used");
  }

  @Test
  void i4FindsOneCallTooMany() {
    log.reserved(4);
    log.call("third", "GET", "/v1/items/third", 5).arrives().recorded();
    assertThat(Judge.judge(log.evidence(), BOUNDS)).isEmpty();
    log.call("fourth", "GET", "/v1/items/fourth", 5).arrives().recorded();
    finds(Invariant.I4, "S1", "4 calls arrived (expected: at most 3)");
  }

  @Test
  void i4FindsOneWriteTooMany() {
    log.call("write-2", "POST", "/v1/upload/write-2", 5).arrives().recorded();
    finds(Invariant.I4, "S1", "2 writes arrived (expected: at most 1)");
  }

  @Test
  void i4FindsACallThatTheLedgerDoesNotKnow() {
    log.reserved(1);
    finds(Invariant.I4, "S1", "of which the ledger knows 1");
  }

  @Test
  void i5FindsAProxyThatServesTooLate() {
    log.disturbed(
        new Disturbance(
            "F05",
            "cut",
            Set.of(Hop.CONTROL),
            Log.at(2),
            Log.at(4),
            Map.of("proxy-1", Log.at(5), "proxy-2", Log.at(14.5))));
    finds(Invariant.I5, "F05", "proxy-2", "only at");
  }

  @Test
  void i5FindsAProxyThatNeverServesAgain() {
    log.disturbed(
        new Disturbance(
            "F04",
            "killed",
            Set.of(Hop.PROXY),
            Log.at(2),
            Log.at(4),
            Map.of("proxy-1", Log.at(5))));
    finds(Invariant.I5, "F04", "proxy-2", "not in time");
  }

  @Test
  void i6FindsASessionThatDoesNotClose() {
    log.staysClosing();
    finds(Invariant.I6, "S1", "is not CLOSED");
  }

  @Test
  void i6FindsAnEndThatIsNotConfirmedWithinAMinute() {
    log.endConfirmedAt(29.9).endAskedAt(-31);
    assertThat(Judge.judge(log.evidence(), BOUNDS))
        .anySatisfy(finding -> {
          assertThat(finding.invariant()).isEqualTo(Invariant.I6);
          assertThat(finding.sentence()).contains("S1", "was not confirmed");
        });
  }

  @Test
  void i6FindsACallThatNeverEnds() {
    log.call("hung", "GET", "/v1/items/hung", 5).arrives().recorded().hangs();
    finds(Invariant.I6, "hung", "had not ended");
  }

  /// Exactly one finding, of this invariant, with these words.
  private void proxyStopped() {
    log.disturbed(
        new Disturbance(
            "F14", "stopped", Set.of(Hop.PROXY), Log.at(19), Log.at(25), Log.back(Log.at(26))));
  }

  private void finds(Invariant invariant, String... words) {
    assertThat(Judge.judge(log.evidence(), BOUNDS))
        .singleElement()
        .satisfies(finding -> {
          assertThat(finding.invariant()).isEqualTo(invariant);
          assertThat(finding.sentence()).contains(words);
        });
  }
}
