package dev.ambit.envelope;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A WebSocket is opened by a grant of WebSocket and by no other, and that grants nothing else.
class WebSocketTest {
  private static final Rules RULES =
      Rules.of(
          Fixtures.envelope(
              List.of(
                  Fixtures.target("feed", Protocol.WEBSOCKET, 443, "ws.good.test"),
                  Fixtures.target("api", Protocol.HTTPS, 443, "api.good.test"),
                  Fixtures.target("rest", Protocol.HTTPS, 443, "rest.good.test"),
                  Fixtures.target("live", Protocol.HTTP, 80, "live.good.test")),
              List.of(
                  grant("feed", "feed", "/feed"),
                  Fixtures.grant("items", "api", Set.of("GET", "POST"), "/items/**"),
                  grant("events", "api", "/events/{id}"),
                  Fixtures.grant("all", "rest", Set.of("GET"), "/**"),
                  grant("live", "live", "/live")),
              List.of(new DenyRule("api", Set.of("GET"), Fixtures.paths("/events/secret")))));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://ws.good.test/feed",
        "https://api.good.test/events/7",
        "http://live.good.test/live"
      })
  void permitsAnOpeningOnAGrantedPath(String url) {
    assertThat(open(url)).isInstanceOf(Decision.Permitted.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // Opened where HTTP alone is granted.
        "open|https://rest.good.test/x|PROTOCOL_NOT_GRANTED|"
            + "On this path of target rest, no WebSocket is granted.",
        "open|https://api.good.test/items/1|PROTOCOL_NOT_GRANTED|"
            + "On this path of target api, no WebSocket is granted.",
        "open|https://api.good.test/else|PATH_NOT_GRANTED|"
            + "By WebSocket on target api, granted is /events/{id}.",
        "open|https://ws.good.test/other|PATH_NOT_GRANTED|"
            + "By WebSocket on target feed, granted is /feed.",
        "open|https://api.good.test/events/secret|DENIED_BY_RULE|"
            + "A rule forbids GET on /events/secret of target api.",
        // Called where WebSocket alone is granted.
        "call|https://ws.good.test/feed|PROTOCOL_NOT_GRANTED|"
            + "Target feed is granted over websocket only.",
        "call|https://api.good.test/events/7|PROTOCOL_NOT_GRANTED|"
            + "On this path of target api, nothing but WebSocket is granted.",
        "call|http://live.good.test/live|PROTOCOL_NOT_GRANTED|"
            + "On this path of target live, nothing but WebSocket is granted.",
        "call|http://live.good.test/x|PROTOCOL_NOT_GRANTED|"
            + "On target live, granted is WebSocket /live.",
        "call|https://api.good.test/else|PATH_NOT_GRANTED|"
            + "With this method on target api, granted is /items/**.",
      })
  void tellsWhatIsGrantedNearby(String how, String url, Reason reason, String detail) {
    var decision =
        how.equals("open")
            ? open(url)
            : RULES.decide(Fixtures.call("GET", url), Fixtures.NOON.minusSeconds(1));
    assertThat(decision)
        .isInstanceOfSatisfying(
            Decision.Denied.class,
            no -> {
              assertThat(no.reason()).isEqualTo(reason);
              assertThat(no.detail()).isEqualTo(detail);
            });
  }

  @Test
  void survivesItsWriting() {
    var bytes = EnvelopeCodec.encode(RULES.envelope());
    assertThat(EnvelopeCodec.decode(bytes).orThrow()).isEqualTo(RULES.envelope());
    var weaker = new String(bytes, UTF_8).replaceFirst("\"webSocket\":true", "\"webSocket\":false");
    assertThat(EnvelopeCodec.decode(weaker.getBytes(UTF_8))).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void isABareGet() {
    var call = Fixtures.call("POST", "https://ws.good.test/feed");
    assertThatThrownBy(() -> opening(call)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            new Grant(
                "feed",
                "feed",
                Set.of("GET", "POST"),
                Fixtures.paths("/feed"),
                OptionalLong.empty(),
                null,
                Axes.NONE,
                true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Decision open(String url) {
    return RULES.decide(opening(Fixtures.call("GET", url)), Fixtures.NOON.minusSeconds(1));
  }

  private static Call opening(Call bare) {
    return new Call(
        bare.authority(),
        bare.method(),
        bare.path(),
        bare.query(),
        bare.fields(),
        bare.content(),
        null,
        true);
  }

  private static Grant grant(String name, String target, String path) {
    return new Grant(
        name,
        target,
        Set.of("GET"),
        Fixtures.paths(path),
        OptionalLong.empty(),
        null,
        Axes.NONE,
        true);
  }
}
