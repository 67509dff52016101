package dev.ambit.chaos.fault;

import dev.ambit.chaos.site.Site;
import dev.ambit.chaos.site.Weather;
import dev.ambit.chaos.site.Wire;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// F05, F07, F08, F09, F10, F11: a wire is cut, or passes bytes on in a way that nobody wishes for.
///
/// @param where which wire
record CutWire(String id, Where where, Weather weather) implements Fault {
  private static final int ANSWER_BYTES_MAX = 8_000;
  private static final int REQUEST_BYTES_MAX = 4_000;

  /// A wire of the site.
  enum Where {
    FIRST_PROXY("proxy-1 and control plane", Hop.CONTROL),
    SECOND_PROXY("proxy-2 and control plane", Hop.CONTROL),
    BOTH_PROXIES("both proxies and control plane", Hop.CONTROL),
    ISSUER("control plane and issuer", Hop.ISSUER),
    UPSTREAM("proxies and upstream", Hop.UPSTREAM);

    private final String words;
    private final Hop hop;

    Where(String words, Hop hop) {
      this.words = words;
      this.hop = hop;
    }

    private List<Wire> wires(Site site) {
      return switch (this) {
        case FIRST_PROXY -> List.of(site.proxies().getFirst().control());
        case SECOND_PROXY -> List.of(site.proxies().getLast().control());
        case BOTH_PROXIES -> site.proxies().stream().map(proxy -> proxy.control()).toList();
        case ISSUER -> List.of(site.issuer());
        case UPSTREAM -> List.of(site.upstream());
      };
    }
  }

  /// F05.
  static Fault control(Random random) {
    var where =
        List.of(Where.FIRST_PROXY, Where.SECOND_PROXY, Where.BOTH_PROXIES).get(random.nextInt(3));
    return new CutWire("F05", where, cut(random));
  }

  /// F07.
  static Fault issuer(Random random) {
    return new CutWire("F07", Where.ISSUER, cut(random));
  }

  /// F08, as far as a wire of streams can have it.
  static Fault slowControl(Random random) {
    return new CutWire(
        "F08",
        Where.BOTH_PROXIES,
        random.nextBoolean()
            ? new Weather.Slow(Duration.ofMillis(random.nextLong(100, 400)), true)
            : new Weather.Narrow(8_000));
  }

  /// F09: at any byte, so in the middle of heads, of bodies and between the two.
  static Fault tornUpstream(Random random) {
    var back = random.nextBoolean();
    return new CutWire(
        "F09",
        Where.UPSTREAM,
        new Weather.Torn(random.nextInt(back ? ANSWER_BYTES_MAX : REQUEST_BYTES_MAX), back));
  }

  /// F10.
  static Fault halfClosed(Random random) {
    var back = random.nextBoolean();
    return new CutWire(
        "F10",
        Where.UPSTREAM,
        new Weather.HalfClosed(random.nextInt(back ? ANSWER_BYTES_MAX : REQUEST_BYTES_MAX), back));
  }

  /// F11: a stall or a black hole.
  static Fault stalledUpstream(Random random) {
    return new CutWire(
        "F11",
        Where.UPSTREAM,
        random.nextBoolean()
            ? new Weather.Swallowed()
            : new Weather.Slow(Duration.ofMillis(random.nextLong(500, 3_000)), false));
  }

  private static Weather cut(Random random) {
    return random.nextBoolean() ? new Weather.Refused() : new Weather.Swallowed();
  }

  @Override
  public String what() {
    return "wire between " + where.words + ": " + words(weather);
  }

  private static String words(Weather weather) {
    return switch (weather) {
      case Weather.Clear() -> "clear";
      case Weather.Refused() -> "rejects";
      case Weather.Swallowed() -> "drops";
      case Weather.Slow(var delay, boolean forth) ->
          (forth ? "" : "answers ") + "late by " + delay.toMillis() + " ms";
      case Weather.Narrow(int bytesASecond) -> bytesASecond + " bytes a second";
      case Weather.Torn(long after, boolean back) ->
          "RST after " + after + " bytes of " + (back ? "answer" : "request");
      case Weather.HalfClosed(long after, boolean back) ->
          "half-closed after " + after + " bytes of " + (back ? "answer" : "request");
    };
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(where.hop);
  }

  @Override
  public void begin(Ground ground) {
    where.wires(ground.site()).forEach(wire -> wire.turns(weather));
  }

  @Override
  public void clear(Ground ground) {
    for (var wire : where.wires(ground.site())) {
      if (where == Where.UPSTREAM) {
        // What it held would arrive when its session has ended; nobody could tell who was late.
        wire.turns(new Weather.Refused());
      }
      wire.turns(new Weather.Clear());
    }
  }
}
