package dev.ambit.cli.run;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.connect.HostPort;
import dev.ambit.proto.v1.Session;
import dev.ambit.spiffe.anchors.TrustFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A proxy program that was started for one command, from its ready line to its end. Closing it
/// removes its folder.
final class ProxyProcess implements LocalProxy.Running {
  private static final Pattern READY =
      Pattern.compile("ready proxy=(\\S+:[0-9]+) metrics=(\\S+:[0-9]+)");
  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final Duration STOP_MAX = Duration.ofSeconds(5);
  private static final int LOG_LINES = 4;

  private final Process process;
  private final Path folder;
  private final String workload;
  private final InetSocketAddress address;
  private final InetSocketAddress metrics;

  private ProxyProcess(Process process, Path folder, String workload, Matcher ready) {
    this.process = process;
    this.folder = folder;
    this.workload = workload;
    this.address = socket(ready.group(1));
    this.metrics = socket(ready.group(2));
  }

  /// Waits until it is attached to the control plane; ends it when that takes longer than a minute.
  static ProxyProcess awaitReady(Process process, Path folder, String workload) {
    var line = new CompletableFuture<Matcher>();
    // Reading a pipe would hold the carrier of a virtual thread as long as the proxy lives.
    Thread.ofPlatform().daemon().name("proxy-stdout").start(() -> listen(process, line));
    try {
      return new ProxyProcess(
          process, folder, workload, line.get(READY_MAX.toSeconds(), TimeUnit.SECONDS));
    } catch (ExecutionException | TimeoutException _) {
      throw failed(process, folder);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroy();
      throw new Failure(ExitCode.REFUSED, "proxy: interrupted while starting", interrupted);
    }
  }

  private static Failure failed(Process process, Path folder) {
    var how =
        process.isAlive()
            ? "not attached to the control plane after " + READY_MAX.toSeconds() + " s"
            : "ended with exit code " + process.exitValue();
    process.destroy();
    return new Failure(
        ExitCode.CONFIGURATION,
        "proxy: " + how + "; its log " + folder.resolve("proxy.log") + " ends: " + tail(folder));
  }

  private static String tail(Path folder) {
    try {
      var lines = Files.readAllLines(folder.resolve("proxy.log"));
      return String.join(" | ", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    } catch (IOException _) {
      return "(nothing)";
    }
  }

  private static void listen(Process process, CompletableFuture<Matcher> ready) {
    try (var lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        var match = READY.matcher(line);
        if (match.matches()) {
          ready.complete(match);
        }
      }
    } catch (IOException _) {
      // The same as its end.
    }
    ready.completeExceptionally(new IOException("ended"));
  }

  private static InetSocketAddress socket(String text) {
    var parsed = HostPort.parse("ready", text);
    return new InetSocketAddress(parsed.host(), parsed.port());
  }

  @Override
  public InetSocketAddress address() {
    return address;
  }

  @Override
  public TrustFolder trust() {
    return new TrustFolder(folder.resolve("trust"));
  }

  @Override
  public String workload() {
    return workload;
  }

  @Override
  public boolean enforces(Session session, Duration patience) {
    return ProxyHealth.enforces(metrics, session.getVersion(), patience);
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_MAX.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException _) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    remove();
  }

  private void remove() {
    try (var paths = Files.walk(folder)) {
      for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException _) {
      // A folder below the temporary one: the system clears it.
    }
  }
}
