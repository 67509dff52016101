package dev.ambit.e2e.machine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;

/// A network of one's own: loopback, one private address, no way out, and a name server at that
/// address. Fixed ports are free in it, and what happens in it disturbs nobody else.
///
/// @param name of the namespace
public record Network(String name, String address) implements Closeable {
  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Path CONFIGURATION = Path.of("/etc/netns");
  private static final Path NAMESPACES = Path.of("/run/netns");

  /// Makes it.
  public static Network open(String address) throws IOException {
    var network = bare(address, address);
    // Beside 127.0.0.1: a private address like another, for which no kind of device is needed.
    network.ip("address", "add", address + "/32", "dev", "lo");
    return network;
  }

  /// Makes one that has loopback alone.
  ///
  /// @param address that it will have
  static Network bare(String address, String nameServer) throws IOException {
    var network = named(address, nameServer);
    User.ROOT.run("ip", "netns", "add", network.name).done();
    network.ip("link", "set", "lo", "up");
    return network;
  }

  /// The one that a process is in, such as that of a container.
  ///
  /// @param address that it will have
  public static Network of(long process, String address, String nameServer) throws IOException {
    var network = named(address, nameServer);
    User.ROOT.run("ip", "netns", "attach", network.name, Long.toString(process)).done();
    return network;
  }

  private static Network named(String address, String nameServer) throws IOException {
    var name = "ambit-" + ProcessHandle.current().pid() + "-" + COUNT.incrementAndGet();
    var network = new Network(name, address);
    // `ip netns exec` puts this in the place of the machine's own.
    Files.createDirectories(network.configuration());
    Files.writeString(
        network.configuration().resolve("resolv.conf"), "nameserver " + nameServer + "\n");
    return network;
  }

  /// Opens a socket of this process in it, where it stays: tests are upstreams themselves so.
  public <T> T open(Callable<T> socket) throws IOException {
    var opened =
        new FutureTask<T>(() -> {
          Entrance.enter(NAMESPACES.resolve(name));
          return socket.call();
        });
    Thread.ofPlatform().name("in " + name).start(opened);
    try {
      return opened.get();
    } catch (ExecutionException refused) {
      throw new IOException(name + ": " + refused.getCause(), refused);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": interrupted", interrupted);
    }
  }

  /// Runs `ip` in it.
  void ip(String... words) {
    var command = new ArrayList<>(List.of("ip", "-n", name));
    command.addAll(List.of(words));
    User.ROOT.run(command).done();
  }

  private Path configuration() {
    return CONFIGURATION.resolve(name);
  }

  /// Removes it; what still runs in it goes on without it.
  @Override
  public void close() throws IOException {
    User.ROOT.run("ip", "netns", "delete", name);
    Files.deleteIfExists(configuration().resolve("resolv.conf"));
    Files.deleteIfExists(configuration());
  }
}
