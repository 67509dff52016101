package dev.ambit.envelope;

import static dev.ambit.envelope.Fixtures.NOON;
import static dev.ambit.envelope.Fixtures.envelope;
import static dev.ambit.envelope.Fixtures.grant;
import static dev.ambit.envelope.Fixtures.paths;
import static dev.ambit.envelope.Fixtures.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Where nothing is read, name and port decide, and nothing else can be asked.
class OpaqueGrantTest {
  private static final Target DB = target("db", Protocol.TCP, 5432, "db.test", "*.dbs.test");
  private static final Target PINNED = target("pinned", Protocol.TLS, 443, "pinned.test");
  private static final Target READ = target("read", Protocol.HTTPS, 8443, "db.test");
  private static final Grant OPEN = opaque("open", "db", Axes.NONE);
  private static final Envelope ENVELOPE =
      envelope(
          List.of(DB, PINNED, READ),
          List.of(
              OPEN,
              opaque("pinned", "pinned", Axes.NONE),
              grant("items", "read", Set.of("GET"), "/items")),
          List.of());

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource({
    "tcp://db.test:5432, open",
    "tcp://a.dbs.test:5432, open",
    "tcp://a.b.dbs.test:5432, TARGET_UNKNOWN",
    "tcp://db.test:5433, TARGET_UNKNOWN",
    "tcp://db.test:8443, PROTOCOL_NOT_GRANTED",
    "tls://db.test:5432, PROTOCOL_NOT_GRANTED",
    "tls://pinned.test:443, pinned",
    "tcp://pinned.test:443, PROTOCOL_NOT_GRANTED"
  })
  void decidesByNameAndPort(String where, String expected) {
    assertThat(answer(ENVELOPE, Call.opaque(RequestTarget.opaque(where).orThrow())))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"https://db.test:5432/items", "http://db.test:5432/", "https://pinned.test/"})
  void noCallIsMadeWhereNothingIsRead(String url) {
    assertThat(answer(ENVELOPE, Fixtures.call("GET", url))).isEqualTo("PROTOCOL_NOT_GRANTED");
  }

  @Test
  void saysWhatIsSpokenThere() {
    assertThat(
            Rules.of(ENVELOPE)
                .decide(Fixtures.call("GET", "http://db.test:5432/"), NOON.minusSeconds(1)))
        .isEqualTo(
            new Decision.Denied(
                Reason.PROTOCOL_NOT_GRANTED, "db", "Target db is granted over tcp only."));
  }

  @Test
  void asksTheConditionOfTheGrant() {
    var closed = new Axes(null, null, null, new Condition.Always(false), false);
    var rules = Rules.of(envelope(List.of(DB), List.of(opaque("open", "db", closed)), List.of()));
    assertThat(rules.decide(toDb(), NOON.minusSeconds(1)))
        .isEqualTo(
            new Decision.Denied(
                Reason.CONDITION_FALSE,
                "db",
                "On target db, granted is grant open while its condition holds."));
  }

  @Test
  void aRuleForbidsTheWholeTarget() {
    var denied =
        envelope(List.of(DB), List.of(OPEN), List.of(new DenyRule("db", Set.of(), List.of())));
    assertThat(answer(denied, toDb())).isEqualTo("DENIED_BY_RULE");
  }

  @Test
  void isReadAsItIsWritten() {
    assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(ENVELOPE))).isEqualTo(Parsed.ok(ENVELOPE));
  }

  @Test
  void nothingThatIsReadCanBeAskedThere() {
    var credential = new CredentialRef("oauth", new TreeMap<>());
    assertThatThrownBy(
            () -> new Grant("open", "db", Set.of(), List.of(), OptionalLong.empty(), credential))
        .hasMessage("grant open: asks for what nobody reads (expected: a condition at most)");
    var keys = new Axes(null, null, null, null, true);
    assertThatThrownBy(() -> opaque("open", "db", keys)).hasMessageContaining("nobody reads");
    refused(List.of(grant("open", "db", Set.of("GET"), "/")), List.of(), "grant: open");
    refused(List.of(opaque("open", "read", Axes.NONE)), List.of(), "grant: open");
    refused(List.of(OPEN), List.of(new DenyRule("db", Set.of(), paths("/secret"))), "deny: db");
  }

  @Test
  void tellsWhichNamesNothingButTheirAddressWillTell() {
    var rules = Rules.of(ENVELOPE);
    assertThat(rules.holdsOpaque("db.test")).isTrue();
    assertThat(rules.holdsOpaque("a.dbs.test")).isTrue();
    assertThat(rules.holdsOpaque("pinned.test")).isFalse();
    assertThat(rules.holdsOpaque("a.b.dbs.test")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://db.test",
    "https://db.test:443",
    "tcp://db.test:5432/",
    "tcp://a@db.test:5432",
    "TCP://db.test:5432",
    "tcp://DB.test:05432"
  })
  void refusesWhatNamesNoHostAndPort(String where) {
    assertThat(RequestTarget.opaque(where)).isInstanceOf(Parsed.Malformed.class);
  }

  private static void refused(List<Grant> grants, List<DenyRule> denies, String what) {
    assertThatThrownBy(() -> envelope(List.of(DB, READ), grants, denies))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(what);
  }

  private static Call toDb() {
    return Call.opaque(RequestTarget.opaque("tcp://db.test:5432").orThrow());
  }

  private static Grant opaque(String name, String target, Axes axes) {
    return new Grant(name, target, Set.of(), List.of(), OptionalLong.empty(), null, axes);
  }

  private static String answer(Envelope envelope, Call call) {
    return switch (Rules.of(envelope).decide(call, NOON.minusSeconds(1))) {
      case Decision.Permitted permitted -> permitted.grant().name();
      case Decision.NeedsBody asking -> "body of " + asking.grant().name();
      case Decision.Denied denied -> denied.reason().name();
    };
  }
}
