package dev.ambit.bench;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.load.Door;
import dev.ambit.bench.load.Load;
import dev.ambit.bench.load.OpenLoop;
import dev.ambit.bench.load.RpcEchoes;
import dev.ambit.bench.load.Shown;
import dev.ambit.bench.load.StreamLoop;
import dev.ambit.bench.load.Tally;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.bench.subject.Subject.Http2;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.time.Duration;

/// Looks, before anything is timed, whether a subject does the work, and whether the generator
/// tells the truth.
final class Oracle {
  private static final String CIPHER = "TLS_AES_128_GCM_SHA256";
  private static final String ORIGINS_CREDENTIAL = "Bearer ";
  private static final String CLOSED = "/v1/closed/oracle";
  private static final int STALL_MILLIS = 100;
  private static final int STALLED_RATE = 500;

  private final Site site;

  Oracle(Site site) {
    this.site = site;
  }

  /// A granted call arrives with another credential than the agent's, over the one cipher on both
  /// sides; a call that no grant permits gets 403 and never arrives. That by HTTP/1.1, and whatever
  /// else the subject speaks; and by a name that nobody has called before. That the certificate
  /// chains to the right authority is checked by every connection.
  void examine(String subject, Running running) {
    var door = running.door();
    call(subject, loop(door, Ask.get(Site.granted("items/oracle"))), "items/oracle", "http/1.1");
    refuse(subject, loop(door, Ask.refused(CLOSED)));
    one(subject, "POST", loop(door, Ask.post(Site.granted("upload"), 1_000)));
    visit(subject, door.at(site.unvisited()));
    var http2 = running.subject().http2();
    if (http2 != Http2.NOT) {
      var behind = http2 == Http2.THROUGHOUT ? "h2" : "http/1.1";
      var streamed = door.at(Site.STREAMED);
      call(subject, stream(streamed, Ask.get(Site.granted("items/h2"))), "items/h2", behind);
      refuse(subject, stream(streamed, Ask.refused(CLOSED)));
      rpc(subject, door.at(Site.CALLED));
    }
  }

  private Load loop(Door door, Ask ask) {
    return new ClosedLoop(site.loops(), door, ask, 1, 1);
  }

  private Load stream(Door door, Ask ask) {
    return new StreamLoop(site.loops(), door, ask, 1);
  }

  private void call(String subject, Load load, String rest, String protocol) {
    var before = site.origin().seen().requests();
    one(subject, "GET " + rest, load);
    arrived(subject, before, Site.granted(rest), protocol);
  }

  private void refuse(String subject, Load load) {
    var before = site.origin().seen().requests();
    one(subject, "a refusal", load);
    check(
        subject, "calls that arrived of one refused", site.origin().seen().requests() - before, 0L);
  }

  private void visit(String subject, Door door) {
    var before = site.origin().seen().requests();
    var shown = one(subject, "a first visit", loop(door, Scenario.item()));
    check(subject, "certificate for " + door.host(), shown.vouchesFor(door.host()), true);
    arrived(subject, before, Scenario.item().path(), "http/1.1");
    check(subject, "host", site.origin().seen().host(), door.host() + ":" + door.port());
  }

  /// How a refusal is said differs: 403, or a status of gRPC. It must not arrive.
  private void rpc(String subject, Door door) {
    var before = site.origin().seen().requests();
    one(subject, "gRPC", new RpcEchoes(site.loops(), door, Ask.rpc(Site.METHOD)));
    arrived(subject, before, "/" + Site.METHOD, "h2");
    try (var load = stream(door, Ask.rpc(Site.METHOD + "ToOthers"))) {
      load.open();
      var _ = load.run(Bound.of(1));
    }
    check(
        subject, "calls that arrived of one refused", site.origin().seen().requests() - before, 1L);
  }

  private void arrived(String subject, long before, String path, String protocol) {
    var seen = site.origin().seen();
    check(subject, "calls that arrived", seen.requests() - before, 1L);
    check(subject, "path", seen.path(), path);
    check(subject, "protocol to the origin", seen.protocol(), protocol);
    check(subject, "cipher to the origin", seen.cipher(), CIPHER);
    check(
        subject,
        "credential of the session",
        seen.authorization().startsWith(ORIGINS_CREDENTIAL)
            && !seen.authorization().equals(Ask.PLACEHOLDER),
        true);
  }

  private static Shown one(String subject, String what, Load load) {
    try (load) {
      load.open();
      var shown = load.shown();
      check(subject, "cipher of the agent", shown.cipher(), CIPHER);
      check(subject, what, load.run(Bound.of(1)).firstFailure(), "none");
      return shown;
    }
  }

  private static void check(String subject, String what, Object found, Object expected) {
    if (!found.equals(expected)) {
      throw new Failure(
          ExitCode.REFUSED, subject + ": " + what + ": " + found + " (expected: " + expected + ")");
    }
  }

  /// The origin stands still for 100 ms: every request that was meant to be sent in that time must
  /// show in the tail, as long as it had to wait. Returns the tally of the run.
  Tally stall() {
    try (var steady = new OpenLoop(site.loops(), site.direct(), Scenario.item(), STALLED_RATE, 1);
        var stalling =
            new ClosedLoop(
                site.loops(),
                site.direct(),
                Ask.get(Site.granted("stall/" + STALL_MILLIS)),
                1,
                1)) {
      steady.open();
      stalling.open();
      var stalled =
          site.loops()
              .agent()
              .schedule(
                  () -> Thread.startVirtualThread(() -> stalling.run(Bound.of(1))),
                  STALL_MILLIS,
                  java.util.concurrent.TimeUnit.MILLISECONDS);
      var tally = steady.run(Bound.of(Duration.ofSeconds(1)));
      stalled.cancel(false);
      // Of those meant for the first half of the stall each waits longer than its second half.
      long expected = STALLED_RATE * STALL_MILLIS / 2 / 1_000;
      if (tally.above(STALL_MILLIS / 2) < expected) {
        throw new Failure(
            ExitCode.REFUSED,
            "generator: "
                + tally.above(STALL_MILLIS / 2)
                + " requests waited for a stalled origin (expected: at least "
                + expected
                + ")");
      }
      return tally;
    }
  }
}
