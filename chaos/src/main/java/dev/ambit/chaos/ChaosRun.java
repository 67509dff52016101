package dev.ambit.chaos;

import dev.ambit.chaos.fault.Family;
import dev.ambit.chaos.fault.Ground;
import dev.ambit.chaos.fault.Plan;
import dev.ambit.chaos.judge.Evidence;
import dev.ambit.chaos.judge.Evidence.Disturbance;
import dev.ambit.chaos.judge.Judge;
import dev.ambit.chaos.judge.Witnesses;
import dev.ambit.chaos.load.AgentLog;
import dev.ambit.chaos.load.Load;
import dev.ambit.chaos.report.Results;
import dev.ambit.chaos.site.Sidecar;
import dev.ambit.chaos.site.Site;
import dev.ambit.dev.set.Folders;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// One run: the site under load, fault after fault, then the end of everything, then the judge.
public final class ChaosRun {
  private static final int POLL_MILLIS = 50;
  private static final Duration WARM = Duration.ofSeconds(4);
  private static final Duration LULL = Duration.ofSeconds(2);
  private static final Duration FIRST_SERVED = Duration.ofSeconds(30);

  /// Somewhat more than the judge grants, so that it can say by how much it was too late.
  private static final Duration BACK_MAX = Duration.ofSeconds(15);

  private static final Duration SETTLED_MAX = Duration.ofSeconds(75);

  private final Wish wish;
  private final Consumer<String> progress;
  private final InstantSource clock = InstantSource.system();

  /// What is wanted.
  ///
  /// @param lasts of the faults; the end takes up to two minutes more
  /// @param crowd sessions of F12 and F26 instead of what the seed draws; 0 for that
  public record Wish(long seed, Duration lasts, List<Family> families, int crowd) {
    public Wish {
      families = List.copyOf(families);
    }
  }

  public ChaosRun(Wish wish, Consumer<String> progress) {
    this.wish = wish;
    this.progress = progress;
  }

  /// Blocks until it has been judged. What the processes wrote stays when something did not hold,
  /// or when the run could not be made.
  public Results run() throws IOException, InterruptedException {
    progress.accept("starting authority, control plane, two proxies, issuer and upstream");
    var site = Site.start();
    try {
      var results = run(site);
      if (results.held()) {
        Folders.remove(site.folder());
      }
      return results;
    } catch (IOException failed) {
      throw new IOException(failed.getMessage() + "; logs: " + site.folder(), failed);
    }
  }

  private Results run(Site site) throws IOException, InterruptedException {
    var began = clock.instant();
    try (site;
        var _ = AtExit.of(site);
        var log = new AgentLog(site.folder().resolve("agents.jsonl"))) {
      var load = new Load(site, log, wish.seed());
      load.start();
      List<Disturbance> disturbances;
      try {
        disturbances = disturb(site, load);
      } finally {
        load.end();
      }
      progress.accept("no more faults; waiting until every session is closed");
      var evidence = gather(site, disturbances);
      var findings = Judge.judge(evidence, new Judge.Bounds(Site.CALLS, Site.WRITES, Site.LEASE));
      return Results.of(
          wish.seed(),
          Duration.between(began, clock.instant()),
          wish.families(),
          evidence,
          findings,
          site.folder());
    }
  }

  private List<Disturbance> disturb(Site site, Load load) throws IOException, InterruptedException {
    var disturbances = new ArrayList<Disturbance>();
    var ground = new Ground(site, load);
    var names = site.proxies().stream().map(Sidecar::name).toList();
    var ready = back(load, names, clock.instant(), FIRST_SERVED);
    if (ready.size() < names.size()) {
      throw new IOException(
          "load: no call was served in time by each of " + names + site.office().trouble());
    }
    TimeUnit.NANOSECONDS.sleep(WARM.toNanos());
    var plan = new Plan(wish.seed(), wish.families(), wish.crowd());
    var end = System.nanoTime() + wish.lasts().toNanos();
    while (System.nanoTime() < end) {
      var step = plan.next();
      var fault = step.fault();
      progress.accept(
          String.format(
              Locale.ROOT,
              "%s for %.1f s: %s (%d calls so far)",
              fault.id(),
              step.lasts().toMillis() / 1_000.0,
              fault.what(),
              load.log().calls()));
      var begun = clock.instant();
      try {
        fault.begin(ground);
        TimeUnit.NANOSECONDS.sleep(step.lasts().toNanos());
      } finally {
        fault.clear(ground);
      }
      var cleared = clock.instant();
      var back = back(load, names, cleared, BACK_MAX);
      disturbances.add(
          new Disturbance(fault.id(), fault.what(), fault.disturbs(), begun, cleared, back));
      TimeUnit.NANOSECONDS.sleep(LULL.toNanos());
    }
    return disturbances;
  }

  /// When each proxy served an ordinary call that began after an instant; waits for it.
  private static Map<String, Instant> back(
      Load load, List<String> proxies, Instant after, Duration patience)
      throws InterruptedException {
    var back = new HashMap<String, Instant>();
    var end = System.nanoTime() + patience.toNanos();
    while (back.size() < proxies.size() && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      for (var proxy : proxies) {
        load.log().servedSince(proxy, after).ifPresent(at -> back.putIfAbsent(proxy, at));
      }
    }
    return back;
  }

  /// Looks until nothing is open any more, or the time for it is over.
  private Evidence gather(Site site, List<Disturbance> disturbances)
      throws IOException, InterruptedException {
    var end = System.nanoTime() + SETTLED_MAX.toNanos();
    Evidence evidence;
    do {
      TimeUnit.SECONDS.sleep(1);
      evidence = evidence(look(site), site, disturbances);
    } while (!settled(evidence) && System.nanoTime() < end);
    // Anew: what a receipt counts was on record before its session was seen to be closed.
    var last = look(site);
    last.receipts(site.office());
    return evidence(last, site, disturbances);
  }

  private static Witnesses look(Site site) throws IOException {
    var witnesses = new Witnesses();
    witnesses.agents(site.folder().resolve("agents.jsonl"));
    witnesses.controlPlane(site.office());
    witnesses.upstream(site.folder().resolve("upstream.jsonl"));
    witnesses.issuer(site.folder().resolve("issuer.jsonl"), Site.TOKEN_LIFE);
    site.fallen().forEach(name -> witnesses.complain(name + " ended, and no fault ended it"));
    return witnesses;
  }

  private Evidence evidence(Witnesses witnesses, Site site, List<Disturbance> disturbances) {
    return witnesses.evidence(
        disturbances, site.proxies().stream().map(Sidecar::name).toList(), clock.instant());
  }

  private static boolean settled(Evidence evidence) {
    return evidence.sessions().values().stream().allMatch(Evidence.Job::closed)
        && evidence.permits().stream()
            .allMatch(permit -> evidence.completions().containsKey(permit.record()))
        && evidence.tokens().values().stream().allMatch(token -> token.revoked().isPresent());
  }
}
