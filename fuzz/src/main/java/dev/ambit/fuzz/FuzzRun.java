package dev.ambit.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// One target under Jazzer for a while, in a process of its own: guided by the coverage of our code
/// and of the codec behind it, beginning with the seeds.
public final class FuzzRun {
  private static final String INSTRUMENTED =
      String.join(
          ":",
          "dev.ambit.**",
          "io.netty.handler.codec.http.**",
          "io.netty.handler.codec.http2.**",
          "io.netty.handler.codec.dns.**");
  private static final int FOUND = 77;
  private static final int LAST_LINES = 40;

  private final Path home;

  /// In the folder that holds `corpus/`; what is found goes to `findings/` there, what is learned
  /// on the way to `target/learned/`.
  public FuzzRun(Path home) {
    this.home = home.toAbsolutePath().normalize();
  }

  /// How it ended.
  ///
  /// @param last what the fuzzer said at the end
  public record Result(boolean ran, boolean found, List<String> last) {
    /// The input that broke a law, as the fuzzer prints it; empty where nothing was found.
    public String input() {
      return last.stream().filter(line -> line.startsWith("Base64: ")).findAny().orElse("");
    }
  }

  /// Where inputs are put that break a law.
  public Path findings() {
    return home.resolve("findings");
  }

  /// Fuzzes; blocks for about so long.
  ///
  /// @param chance where the inputs come from: the same number, the same inputs in the same order
  /// @param progress gets what the fuzzer says as it goes
  public Result run(Target target, Duration time, int chance, Consumer<String> progress)
      throws IOException, InterruptedException {
    var process =
        new ProcessBuilder(command(target, time, chance)).redirectErrorStream(true).start();
    var last = new ArrayList<String>();
    try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        progress.accept(line);
        last.add(line);
        if (last.size() > LAST_LINES) {
          last.removeFirst();
        }
      }
      int exit = process.waitFor();
      return new Result(exit == 0 || exit == FOUND, exit == FOUND, List.copyOf(last));
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> command(Target target, Duration time, int chance) throws IOException {
    var learned = Files.createDirectories(home.resolve("target/learned").resolve(target.folder()));
    var found = Files.createDirectories(findings());
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:+UseSerialGC",
        "-XX:+EnableDynamicAgentLoading",
        "-Xmx512m",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dio.netty.leakDetection.level=disabled",
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + target.type().getName(),
        "--instrumentation_includes=" + INSTRUMENTED,
        // Takes Netty's own way into memory for an attack, and breaks on it.
        "--disabled_hooks=com.code_intelligence.jazzer.sanitizers.UnsafeSanitizer",
        "--reproducer_path=" + found,
        "-artifact_prefix=" + found.resolve(target.folder() + "-"),
        "-max_total_time=" + Math.max(1, time.toSeconds()),
        "-timeout=20",
        "-seed=" + chance,
        learned.toString(),
        home.resolve("corpus").resolve(target.folder()).toString());
  }
}
