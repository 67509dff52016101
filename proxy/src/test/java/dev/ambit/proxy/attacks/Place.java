package dev.ambit.proxy.attacks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Where and as whom the proxy of a site runs.
interface Place {
  /// As this process does.
  Place HERE = under();

  /// What is started, so that a command runs there.
  List<String> words(List<String> command);

  /// Settings that the proxy has there beside those of every site.
  default Map<String, String> settings() {
    return Map.of();
  }

  /// Lets the proxy have what is its own of a site's folder.
  default void give(Path folder) throws IOException {}

  /// By a command that runs what is behind it in its own place, as `prlimit` does.
  static Place under(String... command) {
    return words -> {
      var all = new ArrayList<>(List.of(command));
      all.addAll(words);
      return all;
    };
  }
}
