package dev.ambit.proxy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallDecision;
import org.junit.jupiter.api.Test;

/// However many and however different denials are, each is counted.
class DenialFoldTest {
  private final DenialFold fold = new DenialFold();

  @Test
  void a153CountsDifferentDenialsTogetherOnceTheyAreMoreThanItTellsApart() {
    for (int i = 0; i < 5_000; i++) {
      fold.fold(denial("session", "target_unknown", "https://n" + i + ".evil.test:443"));
    }
    var records = fold.drain(0);
    assertThat(records).hasSize(DenialFold.KINDS_MAX + 1);
    assertThat(records.stream().mapToLong(one -> one.getDecision().getCount()).sum())
        .isEqualTo(5_000);
    var last = records.getLast().getDecision();
    assertThat(last.getCount()).isEqualTo(5_000 - DenialFold.KINDS_MAX);
    assertThat(last.getReason()).isEqualTo("target_unknown");
    assertThat(last.getAuthority()).isEmpty();
    assertThat(fold.dropped()).isZero();
  }

  @Test
  void countsAsDroppedWhatFindsNoPlaceEvenSo() {
    for (int i = 0; i < 2 * DenialFold.KINDS_MAX + 3; i++) {
      fold.fold(denial("session-" + i, "no_session", "https://n" + i + ".evil.test:443"));
    }
    assertThat(fold.drain(0)).hasSize(2 * DenialFold.KINDS_MAX);
    assertThat(fold.dropped()).isEqualTo(3);
  }

  private static AuditRecord denial(String session, String reason, String authority) {
    return AuditRecord.newBuilder()
        .setSessionId(session)
        .setDecision(
            CallDecision.newBuilder().setReason(reason).setAuthority(authority).setCount(1))
        .build();
  }
}
