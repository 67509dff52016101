package dev.ambit.bench;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.load.Door;
import dev.ambit.bench.load.EventStreams;
import dev.ambit.bench.load.FreshConnections;
import dev.ambit.bench.load.Load;
import dev.ambit.bench.load.Loops;
import dev.ambit.bench.load.OpenLoop;
import dev.ambit.bench.load.RpcEchoes;
import dev.ambit.bench.load.SocketEchoes;
import dev.ambit.bench.load.StreamLoop;
import dev.ambit.bench.subject.Site;
import java.time.Duration;
import java.util.Locale;

/// What agents do while it is timed.
public enum Scenario {
  KEEP_ALIVE("32 connections, 1 KiB", 2),
  POST("POST 16 KiB, 16 KiB back", 2),
  FRESH("a new connection each", 2),
  SERIAL("1 connection, one by one", 2),
  RATE_100("100/s", 4),
  RATE_1000("1,000/s", 2),
  EVENTS("100 streams, 50 events/s each", 2),
  BULK("stream of 256 MiB", 0),
  DENIED("refused calls", 1),
  ECHO("32 WebSockets, 1 KiB there and back", 2),
  H2_1("HTTP/2, 1 stream", 2),
  H2_10("HTTP/2, 10 streams", 2),
  H2_100("HTTP/2, 100 streams", 2),
  GRPC("gRPC, one message there and back", 2),
  VISIT("first visits", 0);

  /// First visits of one slice. A proxy has 256 names looked up for a session in a minute, so there
  /// can be no more than two such slices in one ([Visits]).
  static final int VISITS = 100;

  private static final int VISITS_QUICK = 25;
  private static final int BULK_PIECES = 8;
  private static final int BULK_PIECE_MIB = 32;
  private static final int CONNECTIONS = 32;
  private static final int STREAMS = 100;
  private static final int AT_ONCE = 4;
  private static final int RATE_CONNECTIONS = 16;
  private static final int POST_BYTES = 16 * 1_024;

  private final String title;
  private final int seconds;

  Scenario(String title, int seconds) {
    this.title = title;
    this.seconds = seconds;
  }

  /// The name on the command line and in JSON.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The heading in tables.
  public String title() {
    return title;
  }

  /// What processor time is told per thousand of.
  public String unit() {
    return switch (this) {
      case EVENTS -> "event";
      case BULK -> "MiB";
      case ECHO, GRPC -> "message";
      case VISIT -> "visit";
      default -> "request";
    };
  }

  /// Whether durations may be quoted: they count from when a request was meant to be sent, or there
  /// is one agent that does one thing at a time, whom nothing is kept from asking but its own wait.
  public boolean quoted() {
    return switch (this) {
      case RATE_100, RATE_1000, GRPC, VISIT -> true;
      default -> false;
    };
  }

  /// What is spoken, as a table of its own.
  public String part() {
    return switch (this) {
      case ECHO, H2_1, H2_10, H2_100, GRPC, VISIT -> "WebSocket, HTTP/2, gRPC, first visits";
      default -> "HTTP/1.1";
    };
  }

  /// How long one slice of a round is.
  Bound slice(boolean quick) {
    return switch (this) {
      case BULK -> Bound.of(quick ? 1 : BULK_PIECES);
      case VISIT -> Bound.of(quick ? VISITS_QUICK : VISITS);
      default -> Bound.of(Duration.ofMillis(seconds * (quick ? 250L : 1_000L)));
    };
  }

  /// The load, as yet without connections.
  Load load(Site site, Door door) {
    var loops = site.loops();
    return switch (this) {
      case KEEP_ALIVE -> new ClosedLoop(loops, door, item(), CONNECTIONS, 1);
      case POST ->
          new ClosedLoop(loops, door, Ask.post(Site.granted("upload"), POST_BYTES), CONNECTIONS, 1);
      case FRESH -> new FreshConnections(loops, door, item(), AT_ONCE);
      case SERIAL -> new ClosedLoop(loops, door, item(), 1, 1);
      case RATE_100 -> new OpenLoop(loops, door, item(), 100, RATE_CONNECTIONS);
      case RATE_1000 -> new OpenLoop(loops, door, item(), 1_000, RATE_CONNECTIONS);
      case EVENTS -> new EventStreams(loops, door, Ask.get(Site.granted("events/50")), STREAMS);
      // In pieces of 32 MiB on one connection, so that a quick run is a part of a whole one.
      case BULK -> new ClosedLoop(loops, door, bulk(), 1, BULK_PIECE_MIB);
      case ECHO -> new SocketEchoes(loops, door, Ask.socket(Site.granted("socket")), CONNECTIONS);
      case H2_1 -> streams(loops, door, 1);
      case H2_10 -> streams(loops, door, 10);
      case H2_100 -> streams(loops, door, 100);
      case GRPC -> new RpcEchoes(loops, door.at(Site.CALLED), Ask.rpc(Site.METHOD));
      case VISIT -> FreshConnections.of(loops, door, site::unvisited, item());
      case DENIED -> new ClosedLoop(loops, door, Ask.refused("/v1/closed/0"), CONNECTIONS, 1);
    };
  }

  private static Load streams(Loops loops, Door door, int count) {
    return new StreamLoop(loops, door.at(Site.STREAMED), item(), count);
  }

  private static Ask bulk() {
    return Ask.get(Site.granted("bulk/" + ((long) BULK_PIECE_MIB << 20)));
  }

  static Ask item() {
    return Ask.get(Site.granted("items/7"));
  }
}
