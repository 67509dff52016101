package dev.ambit.chaos.load;

import dev.ambit.chaos.load.Ask.Kind;
import dev.ambit.chaos.site.Office;
import dev.ambit.proto.v1.OpenSessionResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// One session from opening to its end, with agents that work for it, possibly through both proxies
/// at once. Blocks; runs on a virtual thread.
final class Job {
  private static final long RETRY_MILLIS = 250;
  private static final long AGAIN_MILLIS = 60;
  private static final Duration OPEN_MAX = Duration.ofSeconds(50);
  private static final Duration END_MAX = Duration.ofSeconds(100);

  /// What is rarer than reading and writing: three calls of a hundred each, streams six.
  private static final List<Kind> KINDS =
      List.of(Kind.STREAM, Kind.STREAM, Kind.SLOW, Kind.PART, Kind.DELETE, Kind.PRY);

  private static final int SPENT_ENOUGH = 5;
  private static final Duration CROWD_STREAM = Duration.ofMinutes(1);
  private static final Duration STREAM_MAX = Duration.ofSeconds(4);

  private final Plan plan;
  private final Office office;
  private final AgentLog log;
  private final Load.Ways ways;
  private final BooleanSupplier over;
  private volatile boolean ended;

  /// What a job is going to do.
  ///
  /// @param name unique in the run
  /// @param works how long agents work; longer than `ttl`: the session ends by itself
  /// @param only what agents do; absent: a mixture
  /// @param pause the mean between two calls of an agent
  record Plan(
      String name,
      long seed,
      Duration ttl,
      Duration works,
      List<String> agents,
      Optional<Kind> only,
      Duration pause) {
    Plan {
      agents = List.copyOf(agents);
    }
  }

  /// @param over whether the run ends
  Job(Plan plan, Office office, AgentLog log, Load.Ways ways, BooleanSupplier over) {
    this.plan = plan;
    this.office = office;
    this.log = log;
    this.ways = ways;
    this.over = over;
  }

  void run() throws InterruptedException {
    var asked = log.now();
    var opened = open(asked);
    if (opened.isEmpty()) {
      return;
    }
    var session = opened.get().getSession();
    var expires = session.getExpiresAt();
    log.opened(
        session.getId(), asked, Instant.ofEpochSecond(expires.getSeconds(), expires.getNanos()));
    var agents = new ArrayList<Thread>();
    for (var index = 0; index < plan.agents().size(); index++) {
      var number = index;
      agents.add(
          Thread.ofVirtual()
              .name(plan.name() + "-" + number)
              .start(() -> work(number, session.getId(), opened.get().getHandle())));
    }
    var until = System.nanoTime() + plan.works().toNanos();
    while (!over.getAsBoolean() && !ended && System.nanoTime() < until) {
      TimeUnit.MILLISECONDS.sleep(AGAIN_MILLIS);
    }
    if (over.getAsBoolean() || plan.works().compareTo(plan.ttl()) < 0) {
      close(session.getId());
    }
    ended = true;
    for (var agent : agents) {
      agent.join();
    }
  }

  private Optional<OpenSessionResponse> open(Instant asked) throws InterruptedException {
    while (!over.getAsBoolean() && log.now().isBefore(asked.plus(OPEN_MAX))) {
      var opened = office.open(plan.name(), plan.ttl());
      if (opened.isPresent()) {
        return opened;
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    }
    return Optional.empty();
  }

  /// Asks until it is confirmed. Agents go on meanwhile: they learn of it by being refused.
  private void close(String session) throws InterruptedException {
    var giveUp = log.now().plus(END_MAX);
    do {
      log.endAsked(session);
      if (office.close(session).isPresent()) {
        log.endConfirmed(session);
        return;
      }
      TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
    } while (log.now().isBefore(giveUp));
  }

  private void work(int number, String session, String handle) {
    var random = new SplittableRandom(plan.seed() + number);
    var proxy = plan.agents().get(number);
    var stop = System.nanoTime() + plan.ttl().plusSeconds(3).toNanos();
    try (var agent = new Agent(ways.to(proxy), handle)) {
      var spent = 0;
      for (var call = 0; !ended && System.nanoTime() < stop; call++) {
        var ask = ask(random, plan.name() + "-" + number + "-" + call);
        var began = log.now();
        log.began(ask, session, proxy);
        var said = agent.call(ask);
        log.ended(ask, proxy, began, said);
        spent += spent(ask, said) ? 1 : 0;
        if (spent == SPENT_ENOUGH) {
          ended = true;
        }
        pause(random, said);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether the session's own budget is spent, not that of its writes.
  private static boolean spent(Ask ask, Said said) {
    return ask.kind() == Kind.READ && said.outcome().startsWith("429 ");
  }

  private void pause(SplittableRandom random, Said said) throws InterruptedException {
    var mean = said.lost() && !said.served() ? AGAIN_MILLIS : plan.pause().toMillis();
    TimeUnit.MILLISECONDS.sleep(random.nextLong(mean / 2, mean * 3 / 2 + 1));
  }

  private Ask ask(SplittableRandom random, String id) {
    var lasts = Duration.ofMillis(random.nextLong(300, STREAM_MAX.toMillis()));
    var kind = kind(random.nextInt(100));
    return plan.only()
        .map(only -> Ask.of(only, id, CROWD_STREAM))
        .orElseGet(() -> Ask.of(kind, id, lasts));
  }

  private static Kind kind(int draw) {
    if (draw < 60) {
      return Kind.READ;
    }
    if (draw < 84) {
      return Kind.WRITE;
    }
    return KINDS.get(Math.min((draw - 84) / 3, KINDS.size() - 1));
  }
}
