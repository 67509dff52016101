package dev.ambit.bench;

import dev.ambit.bench.load.Ask;
import dev.ambit.bench.load.Bound;
import dev.ambit.bench.load.ClosedLoop;
import dev.ambit.bench.load.OpenLoop;
import dev.ambit.bench.load.Tally;
import dev.ambit.bench.subject.Running;
import dev.ambit.bench.subject.Site;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.time.Duration;

/// Looks, before anything is timed, whether a subject does the work, and whether the generator
/// tells the truth.
final class Oracle {
  private static final String CIPHER = "TLS_AES_128_GCM_SHA256";
  private static final String ORIGINS_CREDENTIAL = "Bearer ";
  private static final int STALL_MILLIS = 100;
  private static final int STALLED_RATE = 500;

  private final Site site;

  Oracle(Site site) {
    this.site = site;
  }

  /// A granted call arrives with another credential than the agent's, over the one cipher on both
  /// sides; a call that no grant permits gets 403 and never arrives. That the certificate chains to
  /// the right authority is checked by every connection.
  void examine(String subject, Running running) {
    var seen = site.origin().seen();
    var before = seen.requests();
    one(subject, running, Ask.get(Site.granted("items/oracle")));
    check(subject, "calls that arrived", seen.requests() - before, 1L);
    check(subject, "path", seen.path(), Site.granted("items/oracle"));
    check(subject, "cipher to the origin", seen.cipher(), CIPHER);
    check(
        subject,
        "credential of the session",
        seen.authorization().startsWith(ORIGINS_CREDENTIAL)
            && !seen.authorization().equals(Ask.PLACEHOLDER),
        true);
    one(subject, running, Ask.refused("/v1/closed/oracle"));
    check(subject, "calls that arrived after a refused one", seen.requests() - before, 1L);
    one(subject, running, Ask.post(Site.granted("upload"), 1_000));
  }

  private void one(String subject, Running running, Ask ask) {
    try (var load = new ClosedLoop(site.loops(), running.door(), ask, 1, 1)) {
      load.open();
      check(subject, "cipher of the agent", load.cipher(), CIPHER);
      var tally = load.run(Bound.of(1));
      check(subject, ask.method() + " " + ask.path(), tally.firstFailure(), "none");
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
