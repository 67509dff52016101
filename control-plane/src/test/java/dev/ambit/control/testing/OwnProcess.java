package dev.ambit.control.testing;

import dev.ambit.control.ControlPlaneMain;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The program in a process of its own, which sees no settings but those that it is given.
public final class OwnProcess {
  private OwnProcess() {}

  /// Not started yet; it writes to `out` and `err` in the folder.
  ///
  /// @param settings by their names without the prefix
  public static ProcessBuilder of(
      Path folder, String prefix, Map<String, String> settings, String... arguments) {
    var command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            ControlPlaneMain.class.getName());
    command.command().addAll(List.of(arguments));
    command.environment().keySet().removeIf(name -> name.startsWith("AMBIT_"));
    command.environment().remove("JAVA_TOOL_OPTIONS");
    settings.forEach((name, value) -> command.environment().put(prefix + name, value));
    return command
        .redirectOutput(folder.resolve("out").toFile())
        .redirectError(folder.resolve("err").toFile());
  }
}
