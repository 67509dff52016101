package dev.ambit.dev.set;

import dev.ambit.dev.process.Lifeline;
import dev.ambit.dev.process.Ready;
import dev.ambit.dev.process.Settings;
import dev.ambit.proxy.Proxy;
import dev.ambit.proxy.Surroundings;
import dev.ambit.proxy.config.Config;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.resolve.NameServer;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/// A proxy as a child process, with the development rules: it may also dial loopback at the named
/// ports, and names that end in `.test` are this machine. Settings: `socket`, `private`, `trust`
/// (paths), `control` (host:port), `control-id` (SPIFFE ID), `ports` (numbers, by comma). May be
/// given: `port` and `admin`, else chosen by the system; `dns`, a port on loopback where all names
/// are asked, `.test` included; `names`, the address of names that end in `.test` instead of this
/// machine; in a pod `capture` and `agent-dns` (ports) and `admin-address`; `spool-bytes`;
/// `drain-seconds`.
public final class ProxyRole {
  private static final int SPOOL_BYTES = 16 << 20;
  private static final int READY_POLL_MILLIS = 10;

  private ProxyRole() {}

  public static void main(String[] words)
      throws IOException, IdentityUnavailable, InterruptedException {
    Lifeline.hold();
    var settings = Settings.of(words);
    var proxy =
        Proxy.start(
            config(settings),
            Surroundings.development(
                AddressPolicy.development(ports(settings.text("ports"))),
                names(settings),
                new SecureRandom()));
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              stopped.countDown();
              proxy.close();
            }));
    while (!proxy.started()) {
      if (stopped.await(READY_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        return;
      }
    }
    Ready.tell(Map.of("port", proxy.address().getPort(), "admin", proxy.adminAddress().getPort()));
    stopped.await();
  }

  private static Config config(Settings settings) {
    var control = settings.text("control");
    var colon = control.lastIndexOf(':');
    return new Config(
        loopback(settings.number("port", 0)),
        settings.maybe("capture"),
        settings.maybe("agent-dns"),
        new InetSocketAddress(settings.address("admin-address"), settings.number("admin", 0)),
        settings.path("socket"),
        new Config.Endpoint(
            control.substring(0, colon), Integer.parseInt(control.substring(colon + 1))),
        settings.text("control-id"),
        settings.path("private"),
        settings.path("trust"),
        Optional.empty(),
        settings.number("spool-bytes", SPOOL_BYTES),
        settings.values().containsKey("dns")
            ? Optional.of(loopback(settings.number("dns")))
            : Optional.empty(),
        Set.of(),
        Duration.ofSeconds(60),
        Duration.ofSeconds(10),
        Duration.ofSeconds(settings.number("drain-seconds", 0)),
        Optional.empty());
  }

  private static UnaryOperator<NameServer> names(Settings settings) {
    var address = settings.address("names");
    return settings.values().containsKey("dns")
        ? UnaryOperator.identity()
        : dns -> new LocalNames(address, dns);
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private static Set<Integer> ports(String text) {
    return Arrays.stream(text.split(","))
        .filter(port -> !port.isEmpty())
        .map(Integer::valueOf)
        .collect(Collectors.toUnmodifiableSet());
  }
}
