package dev.ambit.dev.machine;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// A network of one's own: loopback, what is put into it, and a name server of its own. Fixed ports
/// are free in it, and what happens in it disturbs nobody else.
///
/// One small process holds it, and mounts with it, as a pause container holds a pod's. It ends when
/// this one does, however that comes, and the network with it and whoever still runs in it: there
/// is nothing to remove.
public final class Network implements Closeable {
  private static final String HELD = "held";

  /// Before it holds, it puts files of `$1` in the place of the machine's own, so that names are
  /// asked of the name server alone.
  private static final String HOLD =
      """
      for file in resolv.conf nsswitch.conf; do
        [ ! -e "/etc/$file" ] || mount --bind "$1/$file" "/etc/$file"
      done
      ip link set lo up
      echo HELD
      exec cat
      """
          .replace("HELD", HELD);

  private final String address;
  private final Process holder;

  private Network(String address, Process holder) {
    this.address = address;
    this.holder = holder;
  }

  /// Makes one with one private address, where its name server is, and no way out.
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
    return hold(List.of("unshare", "--net"), address, nameServer);
  }

  /// The one that a process is in, such as that of a container. It lasts as long as anybody is in
  /// it.
  ///
  /// @param address that it will have
  public static Network of(long process, String address, String nameServer) throws IOException {
    var entering = List.of("nsenter", "--target", Long.toString(process), "--net");
    return hold(entering, address, nameServer);
  }

  private static Network hold(List<String> entering, String address, String nameServer)
      throws IOException {
    var files = Files.createTempDirectory("network");
    var resolvers = files.resolve("resolv.conf");
    var sources = files.resolve("nsswitch.conf");
    try {
      Files.writeString(resolvers, "nameserver " + nameServer + "\n");
      Files.writeString(sources, "passwd: files\ngroup: files\nhosts: files dns\n");
      return new Network(address, hold(entering, files));
    } finally {
      // A mounted file stays for those who have it mounted.
      Files.deleteIfExists(resolvers);
      Files.deleteIfExists(sources);
      Files.delete(files);
    }
  }

  private static Process hold(List<String> entering, Path files) throws IOException {
    var words = new ArrayList<>(entering);
    words.addAll(List.of("unshare", "--mount", "--propagation", "slave"));
    words.addAll(List.of("sh", "-ec", HOLD, "sh", files.toString()));
    var holder = new ProcessBuilder(words).redirectErrorStream(true).start();
    var said =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    var line = said.readLine();
    if (!HELD.equals(line)) {
      holder.destroy();
      throw new Failure(
          ExitCode.CONFIGURATION, "network: " + line + " (expected: one of its own, made by root)");
    }
    return holder;
  }

  public String address() {
    return address;
  }

  /// The process that holds it.
  long pid() {
    return holder.pid();
  }

  /// Does something of this process in it, on a thread of its own: the sockets that are opened
  /// there stay in it, and so do threads and processes that are begun there.
  public <T> T inside(Callable<T> work) throws IOException {
    var done =
        new FutureTask<T>(() -> {
          Entrance.enter(Path.of("/proc", Long.toString(pid()), "ns", "net"));
          return work.call();
        });
    Thread.ofPlatform().name("in " + address).start(done);
    try {
      return done.get();
    } catch (ExecutionException refused) {
      if (refused.getCause() instanceof RuntimeException unplanned) {
        throw unplanned;
      }
      throw new IOException(address + ": " + refused.getCause(), refused);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(address + ": interrupted", interrupted);
    }
  }

  /// Runs `ip` in it.
  void ip(String... words) {
    var command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    User.ROOT.in(this).run(command).done();
  }

  /// What comes before a command that runs in it.
  List<String> entering() {
    return List.of("nsenter", "--target", Long.toString(pid()), "--net", "--mount");
  }

  /// Lets go of it; what still runs in it has it until then.
  @Override
  public void close() {
    holder.destroy();
  }
}
