package dev.ambit.proxy.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ambit.proxy.ProxyMain;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `ProxyMain` as a process of its own, on the class path of the tests, with settings and nothing
/// else in its environment. Ended by [#close], whatever became of it.
public final class ProxyProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 30;
  private static final Pattern PROBES = Pattern.compile("health and metrics at .*:(\\d+) *$");
  private static final Pattern READY = Pattern.compile("^ready proxy=127\\.0\\.0\\.1:(\\d+) .*");

  public final List<String> out = new CopyOnWriteArrayList<>();
  public final List<String> err = new CopyOnWriteArrayList<>();
  private final Process process;

  private ProxyProcess(Process process) {
    this.process = process;
    collect(process.getInputStream(), out);
    collect(process.getErrorStream(), err);
  }

  /// Starts it.
  ///
  /// @param without names of jars that are left out of the class path; none for a whole one
  public static ProxyProcess start(Map<String, String> settings, String... without)
      throws IOException {
    return start(settings, List.of(), without);
  }

  /// Starts it so that it ends when [#closeInput] is called, or this process is gone.
  public static ProxyProcess startUntilStdinEnds(Map<String, String> settings) throws IOException {
    return start(settings, List.of("--until-stdin-ends"));
  }

  /// Starts another main class that says what `ProxyMain` says; it ends when its input does.
  ///
  /// @param machine options of the virtual machine beside the usual ones
  public static ProxyProcess start(
      Class<?> main, List<String> machine, Map<String, String> settings) throws IOException {
    return startAs(UnaryOperator.identity(), main, machine, settings);
  }

  /// The same by another command.
  ///
  /// @param command of the words that would be started; what it starts in the end takes its place
  public static ProxyProcess startAs(
      UnaryOperator<List<String>> command,
      Class<?> main,
      List<String> machine,
      Map<String, String> settings)
      throws IOException {
    return new ProxyProcess(launch(command, main, machine, settings, List.of()));
  }

  private static ProxyProcess start(
      Map<String, String> settings, List<String> arguments, String... without) throws IOException {
    var process =
        launch(
            UnaryOperator.identity(),
            ProxyMain.class,
            List.of("-Xmx64m"),
            settings,
            List.of(without),
            arguments.toArray(String[]::new));
    return new ProxyProcess(process);
  }

  private static Process launch(
      UnaryOperator<List<String>> command,
      Class<?> main,
      List<String> machine,
      Map<String, String> settings,
      List<String> without,
      String... arguments)
      throws IOException {
    var builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            classPath(without));
    builder.command().addAll(machine);
    builder.command().add(main.getName());
    builder.command().addAll(List.of(arguments));
    builder.command(command.apply(builder.command()));
    builder.environment().clear();
    builder.environment().putAll(settings);
    return builder.start();
  }

  private static String classPath(List<String> without) {
    var whole =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return Arrays.stream(whole.split(File.pathSeparator))
        .filter(entry ->
            without.stream()
                .noneMatch(jar -> Path.of(entry).getFileName().toString().startsWith(jar)))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void collect(InputStream from, List<String> lines) {
    // Reading a pipe holds the carrier of a virtual thread, and with it the stub servers (JEP 444).
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (var reader = new BufferedReader(new InputStreamReader(from, UTF_8))) {
            reader.lines().forEach(lines::add);
          } catch (IOException | UncheckedIOException _) {
            // It has ended.
          }
        });
  }

  /// Where the explicit listener is; waits for the line that says so.
  public InetSocketAddress awaitReady() {
    return address(READY.matcher(await(out, READY.asPredicate())));
  }

  /// Where the probes are; waits for the line that says so.
  public InetSocketAddress awaitProbes() {
    return address(PROBES.matcher(await(err, PROBES.asPredicate())));
  }

  public String awaitLog(String part) {
    return await(err, line -> line.contains(part));
  }

  /// The whole answer of a page of the admin port.
  public static String ask(InetSocketAddress probes, String page) throws IOException {
    try (var socket = new Socket(probes.getAddress(), probes.getPort())) {
      socket
          .getOutputStream()
          .write(("GET " + page + " HTTP/1.1\r\nHost: probe\r\n\r\n").getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), UTF_8);
    }
  }

  /// SIGTERM.
  public void terminate() {
    process.destroy();
  }

  /// Says a line to its standard input.
  public void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(US_ASCII));
    process.getOutputStream().flush();
  }

  public long pid() {
    return process.pid();
  }

  /// What the system does when the parent ends, however it ends.
  public void closeInput() throws IOException {
    process.getOutputStream().close();
  }

  public boolean alive() {
    return process.isAlive();
  }

  /// Waits for its end and returns its exit code.
  public int awaitExit() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("the proxy did not end: " + err);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    var _ = process.destroyForcibly();
  }

  private String await(List<String> lines, Predicate<String> wanted) {
    var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (System.nanoTime() - deadline < 0) {
      var found = lines.stream().filter(wanted).findFirst();
      if (found.isPresent()) {
        return found.get();
      }
      LockSupport.parkNanos(5_000_000);
    }
    throw new AssertionError("no such line in: " + out + err);
  }

  private static InetSocketAddress address(Matcher line) {
    if (!line.find()) {
      throw new AssertionError(line);
    }
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(line.group(1)));
  }
}
