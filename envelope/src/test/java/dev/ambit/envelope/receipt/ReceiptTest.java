package dev.ambit.envelope.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Parsed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A receipt has one form: what is printed is read back, and nothing else is read.
class ReceiptTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  @Test
  void readsBackWhatItPrinted() {
    var receipt = receipt();
    assertThat(Receipt.parse(receipt.toJson())).isEqualTo(new Parsed.Ok<>(receipt));
  }

  @Test
  void printsKeysInAFixedOrderWithoutWhiteSpace() {
    assertThat(new String(receipt().toJson(), UTF_8))
        .startsWith("{\"version\":1,\"session\":\"S\",\"template\":\"T\",\"workload\":")
        .contains("\"outcome\":\"DEAD_PROVEN\",\"outcome_at\":\"2026-01-01T12:00:03Z\"")
        .doesNotContain(" ");
  }

  @Test
  void refusesWhatItWouldNotPrint() {
    var json = new String(receipt().toJson(), UTF_8);
    assertThat(why(" " + json)).contains("not canonical");
    assertThat(why(json.replace("\"version\":1,\"session\"", "\"version\":2,\"session\"")))
        .isEqualTo("version: 2 (expected: 1)");
    assertThat(why(json.replaceFirst("\\{", "{\"more\":1,"))).contains("unknown members");
    assertThat(why(json.replaceFirst("\"detail\":\"\",", ""))).startsWith("detail: missing");
    assertThat(why(json.replace("DEAD_PROVEN", "DEAD"))).startsWith("outcome: unknown");
    assertThat(why(json.replace("12:00:03Z", "12:00:03.000Z"))).contains("not canonical");
  }

  @Test
  void readsBackACheckpoint() {
    var checkpoint =
        new Checkpoint(
            2, NOON, "0".repeat(64), List.of(new Checkpoint.Head("w", "b", 7, "f".repeat(64))));
    assertThat(Checkpoint.parse(checkpoint.toJson())).isEqualTo(new Parsed.Ok<>(checkpoint));
    assertThat(Checkpoint.parse("{}".getBytes(UTF_8))).isInstanceOf(Parsed.Malformed.class);
  }

  private static String why(String json) {
    return ((Parsed.Malformed<Receipt>) Receipt.parse(json.getBytes(UTF_8))).why();
  }

  private static Receipt receipt() {
    var alive = new Receipt.Probe(NOON, "ALIVE", "");
    var dead = new Receipt.Probe(NOON.plusSeconds(3), "DEAD", "");
    var proven =
        new Receipt.CredentialEnd(
            "C1",
            "p",
            "g",
            "https://api.example.org:443",
            "P",
            Optional.of("C0"),
            NOON,
            Optional.of(NOON),
            Optional.of(NOON.plusSeconds(60)),
            List.of("items:read"),
            Receipt.Outcome.DEAD_PROVEN,
            NOON.plusSeconds(3),
            "",
            1,
            2,
            List.of(alive, dead));
    var lost =
        new Receipt.CredentialEnd(
            "C2",
            "p",
            "g",
            "https://api.example.org:443",
            "P",
            Optional.empty(),
            NOON,
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Receipt.Outcome.DEAD_BY_EXPIRY,
            NOON.plusSeconds(300),
            "lost",
            0,
            0,
            List.of());
    return new Receipt(
        "S",
        "T",
        "spiffe://example.org/agent",
        "bootstrap",
        "",
        new Receipt.Task("", "", ""),
        List.of(new Receipt.EnvelopeVersion(1, "ab".repeat(32))),
        NOON,
        NOON.plusSeconds(1),
        NOON.plusSeconds(4),
        "COMPLETED",
        "",
        List.of(
            new Receipt.Cut("P", true, NOON.plusSeconds(1), true),
            new Receipt.Cut("Q", false, NOON.plusSeconds(2), false)),
        List.of(proven, lost),
        new Receipt.Calls(3, 1, false),
        List.of(new Receipt.ChainHead("spiffe://example.org/agent", "B", 5, "cd".repeat(32), 5)));
  }
}
