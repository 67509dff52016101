package dev.ambit.e2e.machine;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The programs as they were built, copied to where every user can read them: the tree may lie in a
/// folder that only its owner enters.
public final class Programs {
  private static final List<String> JVM =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:TieredStopAtLevel=1",
          "-XX:-UsePerfData",
          "-XX:+ExitOnOutOfMemoryError",
          "-Xmx256m",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow");

  private final Path folder;

  /// @param folder where the copies go; readable by everyone
  public Programs(Path folder) {
    this.folder = folder;
  }

  /// `ProxyMain`, as in its image.
  public List<String> proxy() throws IOException {
    return java(List.of(), "proxy", "dev.ambit.proxy.ProxyMain");
  }

  /// `ControlPlaneMain`, as in its image.
  public List<String> controlPlane() throws IOException {
    return java(List.of(), "control-plane", "dev.ambit.control.ControlPlaneMain");
  }

  /// The command line, as the launcher starts it.
  public List<String> ambit() throws IOException {
    return java(
        List.of("-Dambit.proxy.classpath=" + classPath("proxy")), "dev", "dev.ambit.dev.DevMain");
  }

  /// The launcher itself, beside what it starts: as it was built, so that it builds nothing.
  public Path launcher() throws IOException {
    var home = Files.createDirectory(folder.resolve("ambit"));
    copy(tree().resolve("ambit"), home);
    copyFiles(tree().resolve("deploy/redirect"), home.resolve("deploy/redirect"));
    copyFiles(tree().resolve("dev/target/lib"), home.resolve("dev/target/lib"));
    copy(tree().resolve("dev/target/ambit-dev.jar"), home.resolve("dev/target"));
    Files.createFile(home.resolve("dev/target/built"));
    return home.resolve("ambit");
  }

  /// `ambit bench`, as the launcher starts it.
  ///
  /// @param home folder of the proxy that it starts, see [#proxyHome()]
  public List<String> bench(Path home) throws IOException {
    return java(
        List.of("-Dambit.home=" + tree(), "-Dambit.proxy.home=" + home),
        "bench",
        "dev.ambit.bench.BenchMain");
  }

  /// The folder of the proxy with its launcher, as in its image.
  public Path proxyHome() throws IOException {
    var home = Files.createDirectory(folder.resolve("home"));
    copyFiles(tree().resolve("proxy/target/lib"), home.resolve("lib"));
    copyFiles(tree().resolve("proxy/target/launch"), home.resolve("launch"));
    copy(tree().resolve("proxy/target/ambit-proxy.jar"), home);
    return home;
  }

  /// A main of the tests' own class path, for root.
  public static List<String> own(Class<?> main) {
    var words = start();
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    return words;
  }

  /// A main of the tests that is one class and needs the JDK alone, for any user.
  ///
  /// @param folder where a copy goes; readable by everyone
  public static List<String> copied(Class<?> main, Path folder, String... words)
      throws IOException {
    var file = main.getName().replace('.', '/') + ".class";
    var copy = folder.resolve(file);
    Files.createDirectories(Objects.requireNonNull(copy.getParent()));
    try (var in = main.getResourceAsStream("/" + file)) {
      Files.copy(Objects.requireNonNull(in, file), copy);
    }
    var command = start();
    command.addAll(List.of("-cp", folder.toString(), main.getName()));
    command.addAll(List.of(words));
    return command;
  }

  private List<String> java(List<String> properties, String module, String main)
      throws IOException {
    var words = start();
    words.addAll(properties);
    words.addAll(List.of("-cp", classPath(module), main));
    return words;
  }

  private static List<String> start() {
    var words = new ArrayList<String>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(JVM);
    return words;
  }

  private String classPath(String module) throws IOException {
    var copy = folder.resolve(module);
    if (!Files.isDirectory(copy)) {
      var built = tree().resolve(module).resolve("target");
      var jar = built.resolve("ambit-" + module + ".jar");
      if (!Files.isReadable(jar)) {
        throw new IOException(jar + ": missing (expected: built by mvn verify)");
      }
      copyFiles(built.resolve("lib"), copy);
      copy(jar, copy);
    }
    return copy + "/*";
  }

  private static void copyFiles(Path from, Path into) throws IOException {
    Files.createDirectories(into);
    try (var files = Files.list(from)) {
      for (var file : files.toList()) {
        copy(file, into);
      }
    }
  }

  private static void copy(Path file, Path into) throws IOException {
    Files.copy(file, into.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
  }

  /// The redirect of a pod, built when it is not yet.
  public static Path redirect() {
    return Path.of(
        User.ROOT
            .with("HOME", System.getProperty("user.home"))
            .run(tree().resolve("deploy/redirect/redirect-build").toString())
            .done()
            .strip());
  }

  /// The root of the source tree.
  public static Path tree() {
    return Objects.requireNonNull(
        Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent(), "basedir");
  }
}
