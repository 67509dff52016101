package dev.ambit.e2e.clients;

import dev.ambit.e2e.machine.Programs;
import dev.ambit.e2e.set.Ran;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Where the programs of `e2e/clients` and what they run on are; fetched on first use, then cached
/// outside the tree.
public final class Tools {
  private static final Path FOLDER = Path.of("clients").toAbsolutePath();

  private Tools() {}

  /// The Python that has the clients.
  public static String python() throws IOException, InterruptedException {
    return made("python/python-env");
  }

  /// A file of `e2e/clients`.
  public static String file(String name) {
    return FOLDER.resolve(name).toString();
  }

  /// A PATH on which the Python that has the clients and Node 24 come first.
  public static String path() throws IOException, InterruptedException {
    return Path.of(python()).getParent()
        + ":"
        + made("node/node-env")
        + "/node-24/bin:"
        + System.getenv("PATH");
  }

  /// Folders in which the programs and all that they run on lie, of which some may be their owner's
  /// alone.
  public static List<Path> folders() throws IOException, InterruptedException {
    return List.of(
        Path.of(made("go/go-build")).getParent(),
        Path.of(System.getProperty("java.home")),
        Path.of(System.getProperty("localRepository")),
        Programs.tree());
  }

  static List<String> python(String script) throws IOException, InterruptedException {
    // -B: nothing is to be written into the tree.
    return List.of(python(), "-B", file("python/" + script));
  }

  /// @param node `node-20` or `node-24`
  /// @param preloaded scripts that run before it
  static List<String> node(String node, String script, String... preloaded)
      throws IOException, InterruptedException {
    var modules = made("node/node-env");
    return Stream.of(
            Stream.of("env", "NODE_PATH=" + modules, modules + "/" + node + "/bin/node"),
            Arrays.stream(preloaded).map(before -> "--require=" + file("node/" + before)),
            Stream.of(file("node/" + script)))
        .flatMap(words -> words)
        .toList();
  }

  static List<String> go() throws IOException, InterruptedException {
    return List.of(made("go/go-build"));
  }

  /// @param main a program of this package
  static List<String> java(Class<?> main) {
    var classPath = System.getProperty("java.class.path");
    return List.of(
        Ran.java(),
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        classPath,
        main.getName());
  }

  private static String made(String script) throws IOException, InterruptedException {
    var made = Ran.run(Map.of(), file(script));
    if (made.exit() != 0) {
      throw new IOException(script + ": " + made.err());
    }
    return made.out().strip();
  }
}
