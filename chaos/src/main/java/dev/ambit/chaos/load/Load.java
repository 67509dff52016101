package dev.ambit.chaos.load;

import dev.ambit.chaos.site.Site;
import dev.ambit.dev.peers.Peers;
import dev.ambit.dev.tls.Tls;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// Sessions that open and close all the time, with agents at work, all drawn from the seed.
/// Bounded: a fixed number of jobs at once, and what a fault adds.
public final class Load {
  private static final int JOBS = 5;
  private static final Duration PAUSE = Duration.ofMillis(220);
  private static final Duration CROWD_LIFE = Duration.ofSeconds(55);
  private static final Duration END_MAX = Duration.ofSeconds(110);

  private final Site site;
  private final AgentLog log;
  private final Ways ways;
  private final long seed;
  private final AtomicLong crowds = new AtomicLong();
  private final ConcurrentLinkedQueue<Thread> threads = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  /// How agents reach the upstream through each proxy.
  record Ways(Map<String, Agent.Door> doors) {
    Ways {
      doors = Map.copyOf(doors);
    }

    static Ways through(Site site) throws IOException {
      var doors = new LinkedHashMap<String, Agent.Door>();
      for (var proxy : site.proxies()) {
        doors.put(
            proxy.name(),
            new Agent.Door(
                proxy.ports().agents(),
                Tls.client(proxy.authority()),
                Peers.HOST,
                site.upstreamPort()));
      }
      return new Ways(doors);
    }

    Agent.Door to(String proxy) {
      var door = doors.get(proxy);
      if (door == null) {
        throw new IllegalArgumentException(
            "proxy: " + proxy + " (expected: " + doors.keySet() + ")");
      }
      return door;
    }
  }

  public Load(Site site, AgentLog log, long seed) throws IOException {
    this.site = site;
    this.log = log;
    this.ways = Ways.through(site);
    this.seed = seed;
  }

  /// Begins; the agents are at work soon after.
  public void start() {
    for (var slot = 0; slot < JOBS; slot++) {
      var number = slot;
      threads.add(Thread.ofVirtual().name("job-" + slot).start(() -> jobs(number)));
    }
  }

  private void jobs(int slot) {
    var random = new SplittableRandom(seed * JOBS + slot);
    try {
      for (var count = 0; !over; count++) {
        job(plan(random, "j" + slot + "-" + count)).run();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private Job job(Job.Plan plan) {
    return new Job(plan, site.office(), log, ways, () -> over);
  }

  private Job.Plan plan(SplittableRandom random, String name) {
    var ttl = Duration.ofSeconds(random.nextLong(6, 26));
    var works = ttl.multipliedBy(random.nextLong(30, 121)).dividedBy(100);
    var agents = new ArrayList<String>();
    var shared = random.nextInt(10) < 7;
    var alone = random.nextInt(site.proxies().size());
    for (var index = 0; index < site.proxies().size(); index++) {
      if (shared || index == alone) {
        agents.add(site.proxies().get(index).name());
      }
    }
    if (!shared) {
      agents.add(agents.getFirst());
    }
    return new Job.Plan(name, random.nextLong(), ttl, works, agents, Optional.empty(), PAUSE);
  }

  /// Many sessions that do nothing but one kind of call each, and all end at once after a while.
  public void crowd(int sessions, Ask.Kind kind, Duration after) {
    var crowd = crowds.incrementAndGet();
    var random = new SplittableRandom(seed ^ crowd);
    for (var index = 0; index < sessions; index++) {
      var proxy = site.proxies().get(index % site.proxies().size());
      var plan =
          new Job.Plan(
              "c" + crowd + "-" + index,
              random.nextLong(),
              CROWD_LIFE,
              after,
              List.of(proxy.name()),
              Optional.of(kind),
              PAUSE);
      threads.add(Thread.ofVirtual().name(plan.name()).start(() -> once(plan)));
    }
  }

  private void once(Job.Plan plan) {
    try {
      job(plan).run();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  public AgentLog log() {
    return log;
  }

  /// Ends every session and waits for the agents; who does not come back stays in the log as such.
  public void end() throws InterruptedException {
    over = true;
    var end = System.nanoTime() + END_MAX.toNanos();
    for (var thread : threads) {
      thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
    }
    threads.forEach(Thread::interrupt);
  }
}
