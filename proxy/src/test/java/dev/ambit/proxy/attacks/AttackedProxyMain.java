package dev.ambit.proxy.attacks;

import dev.ambit.proxy.Proxy;
import dev.ambit.proxy.Surroundings;
import dev.ambit.proxy.config.ConfigReader;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.testing.Tuned;
import io.netty.util.internal.PlatformDependent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/// The proxy as `ProxyMain` wires it, in a process that can be looked at and whose clocks can be
/// moved: production's address rules but for the sockets of the upstreams, which stand for the
/// public Internet.
///
/// It is told on standard input, a line each: `admit IP:PORT` adds such a socket, `look` answers
/// with what memory is in use, `dump FILE` writes what can be reached of the heap, `wall DURATION`
/// moves the wall clock alone, as suspend does, and `both DURATION` both clocks. It ends with its
/// input.
public final class AttackedProxyMain {
  /// Property: milliseconds to wait for bodies and answers, instead of the default.
  static final String BODY_WAIT = "attacks.body.wait";

  /// The only loopback sockets that may be dialled.
  private static final Set<InetSocketAddress> ADMITTED = ConcurrentHashMap.newKeySet();

  private AttackedProxyMain() {}

  public static void main(String[] arguments) throws Exception {
    if (!(ConfigReader.read(System.getenv()) instanceof ConfigReader.Reading.Read(var config))) {
      throw new IllegalStateException("settings: refused (expected: those of the fixture)");
    }
    var clocks = new Clocks();
    var around =
        new Surroundings(
            "attacked",
            addresses(),
            UnaryOperator.identity(),
            _ -> Optional.empty(),
            limits(),
            clocks,
            clocks,
            new SecureRandom());
    // From the first moment on, so that it never outlives whoever started it.
    Thread.ofPlatform().daemon().start(() -> obey(clocks));
    var proxy = Proxy.start(config, around);
    while (!proxy.started()) {
      LockSupport.parkNanos(5_000_000);
    }
    say("ready proxy=" + text(proxy.address()) + " metrics=" + text(proxy.adminAddress()));
    Thread.currentThread().join();
  }

  private static void obey(Clocks clocks) {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    try {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        obey(clocks, line);
        say("done " + line);
      }
    } catch (IOException gone) {
      System.err.println(gone);
    }
    System.exit(0);
  }

  private static void obey(Clocks clocks, String line) throws IOException {
    var words = line.split(" ", 2);
    switch (words[0]) {
      case "admit" -> ADMITTED.add(address(words[1]));
      case "look" -> look();
      case "dump" -> dump(words[1]);
      case "wall" -> clocks.wall = clocks.wall.plus(Duration.parse(words[1]));
      case "both" -> {
        clocks.wall = clocks.wall.plus(Duration.parse(words[1]));
        clocks.nanos.addAndGet(Duration.parse(words[1]).toNanos());
      }
      default -> throw new IllegalArgumentException(line);
    }
  }

  /// What is left after everything that could be let go of was.
  private static void look() {
    System.gc();
    var heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    say("heap=" + heap + " direct=" + PlatformDependent.usedDirectMemory());
  }

  private static void dump(String file) throws IOException {
    ManagementFactory.getPlatformMXBean(com.sun.management.HotSpotDiagnosticMXBean.class)
        .dumpHeap(file, true);
  }

  private static AddressPolicy addresses() {
    return (to, rules) -> ADMITTED.contains(to) || AddressPolicy.production().admits(to, rules);
  }

  private static InetSocketAddress address(String text) {
    var colon = text.lastIndexOf(':');
    return new InetSocketAddress(
        text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
  }

  private static Limits limits() {
    var tuned = new Tuned();
    var wait = Long.getLong(BODY_WAIT);
    if (wait != null) {
      tuned.bodyIdle = Duration.ofMillis(wait);
      tuned.answerWait = Duration.ofMillis(wait);
    }
    return tuned.limits();
  }

  private static String text(InetSocketAddress address) {
    InetAddress ip = address.getAddress();
    return ip.getHostAddress() + ":" + address.getPort();
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /// The system's clocks, moved.
  private static final class Clocks implements InstantSource, LongSupplier {
    private volatile Duration wall = Duration.ZERO;
    private final AtomicLong nanos = new AtomicLong();

    @Override
    public Instant instant() {
      return InstantSource.system().instant().plus(wall);
    }

    @Override
    public long getAsLong() {
      return System.nanoTime() + nanos.get();
    }
  }
}
