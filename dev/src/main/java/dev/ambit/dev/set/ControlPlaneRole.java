package dev.ambit.dev.set;

import dev.ambit.control.ControlPlane;
import dev.ambit.control.Unusable;
import dev.ambit.control.config.Settings;
import dev.ambit.dev.process.Lifeline;
import dev.ambit.dev.process.Ready;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The control plane as a child process on loopback, with a bootstrap token that lives as long as
/// the process. Settings: `socket`, `database`, `resources`, `keys`, `access` (paths),
/// `lease-seconds`, and the ports `proxies`, `workloads`, `people`, `admin`, each chosen by the
/// system unless it is given; `listen` (address) for proxies that are not on loopback.
public final class ControlPlaneRole {
  private static final int UNUSABLE = 64;
  static final Duration LEASE = Duration.ofSeconds(15);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private ControlPlaneRole() {}

  public static void main(String[] words) throws IOException, IdentityUnavailable {
    Lifeline.hold();
    var settings = dev.ambit.dev.process.Settings.of(words);
    try {
      var plane =
          ControlPlane.start(
              new Settings(
                  new InetSocketAddress(settings.listen(), settings.number("proxies", 0)),
                  listen(settings, "workloads"),
                  listen(settings, "people"),
                  listen(settings, "admin"),
                  settings.path("socket"),
                  settings.path("database"),
                  settings.path("resources"),
                  settings.path("keys"),
                  Optional.of(settings.path("access")),
                  Optional.empty(),
                  Duration.ofSeconds(settings.number("lease-seconds")),
                  Duration.ZERO,
                  List.of(),
                  PATIENCE,
                  Optional.empty()),
              InstantSource.system(),
              System::nanoTime);
      Runtime.getRuntime().addShutdownHook(new Thread(plane::close));
      var ports = plane.ports();
      Ready.tell(
          Map.of(
              "id", plane.id(),
              "proxies", ports.proxies(),
              "workloads", ports.workloads(),
              "people", ports.people(),
              "admin", ports.admin()));
    } catch (Unusable unusable) {
      unusable.problems().forEach(System.err::println);
      System.exit(UNUSABLE);
    }
  }

  private static InetSocketAddress listen(dev.ambit.dev.process.Settings settings, String port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.number(port, 0));
  }
}
