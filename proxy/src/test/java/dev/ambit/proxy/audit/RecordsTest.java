package dev.ambit.proxy.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.CallEnd;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.testing.ManualTime;
import dev.ambit.proxy.testing.Samples;
import java.util.Collections;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A record says what happened within the bounds of its fields, and nothing an agent chose raw.
class RecordsTest {
  private final Records records = new Records(new ManualTime());

  @Test
  void namesQueryParametersButNeverTheirValues() {
    var arrival = Samples.arrival(1, "https://api.good.test/bare?page=2&token=s3cret");
    var record = records.denial(arrival, denial(), SessionImage.EMPTY);
    assertThat(record.getDecision().getQueryNamesList()).containsExactly("page", "token");
    assertThat(record.toString()).doesNotContain("s3cret");
  }

  @Test
  void escapesAndCutsWhatAnAgentSpelled() {
    var method = "G\u001b[31mET\u2028\\" + "X".repeat(100);
    var record = records.refusal("id", method, "", denial(), SessionImage.EMPTY);
    assertThat(record.getDecision().getMethod())
        .startsWith("G\\x{1b}[31mET\\x{2028}\\x{5c}X")
        .hasSize(64)
        .endsWith("…");
  }

  @Test
  void keepsACompletionWithinTheRoomThatIsKeptForIt() {
    var notes = Collections.nCopies(200, "\u0000".repeat(500));
    var end =
        new CallEnd.Completed(
            CallEnd.Result.UPSTREAM_FAILED,
            502,
            599,
            Long.MAX_VALUE,
            Long.MAX_VALUE,
            "receive",
            notes);
    var record =
        records.completion(
            "01ARZ3NDEKTSV4RRFFQ69G5FAV",
            Samples.session(Samples.ONE, 1),
            new SessionImage(Long.MAX_VALUE, Long.MAX_VALUE, Map.of(), Map.of()),
            end,
            Long.MAX_VALUE);
    assertThat(Segment.FRAME_BYTES + record.getSerializedSize())
        .isLessThan(Journal.COMPLETION_ROOM);
  }

  private static Denial denial() {
    return Denial.of(Reason.MALFORMED, null);
  }
}
