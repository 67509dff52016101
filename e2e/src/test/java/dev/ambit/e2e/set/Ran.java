package dev.ambit.e2e.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that ran to its end, as the shell would see it.
///
/// @param out what it wrote to stdout
/// @param err what it wrote to stderr
public record Ran(int exit, String out, String err) {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /// Runs a program with these variables over the ones of this process; kills it after two minutes.
  public static Ran run(Map<String, String> variables, String... words)
      throws IOException, InterruptedException {
    var out = Files.createTempFile("ran", ".out");
    var err = Files.createTempFile("ran", ".err");
    try {
      var process = start(variables, out, err, words);
      try {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
          throw new IOException(
              words[0] + ": still runs after " + PATIENCE + ": " + Files.readString(err));
        }
      } finally {
        process.destroyForcibly();
      }
      return new Ran(process.exitValue(), Files.readString(out), Files.readString(err));
    } finally {
      Files.deleteIfExists(out);
      Files.deleteIfExists(err);
    }
  }

  /// Starts a program and leaves it running; what it writes goes to the two files.
  public static Process start(Map<String, String> variables, Path out, Path err, String... words)
      throws IOException {
    var builder =
        new ProcessBuilder(words)
            .redirectInput(new java.io.File("/dev/null"))
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().keySet().removeIf(Ran::misleads);
    builder.environment().putAll(variables);
    return builder.start();
  }

  /// The words that start the command line program `ambit` as a process of its own.
  public static String[] ambit(String... arguments) {
    var classPath = System.getProperty("java.class.path");
    var words = new ArrayList<String>();
    words.add(java());
    words.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dambit.proxy.classpath=" + classPath,
            "-cp",
            classPath,
            "dev.ambit.dev.DevMain"));
    words.addAll(List.of(arguments));
    return words.toArray(String[]::new);
  }

  /// The Java that runs the tests.
  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// What the tests themselves inherited must not lead a client astray.
  private static boolean misleads(String variable) {
    var name = variable.toLowerCase(java.util.Locale.ROOT);
    return name.endsWith("_proxy")
        || name.startsWith("ambit_")
        || name.equals("java_tool_options")
        || name.equals("spiffe_endpoint_socket");
  }
}
