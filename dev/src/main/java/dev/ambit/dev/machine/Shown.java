package dev.ambit.dev.machine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// Folders that only their owner may enter, mounted where every user may, for those in one network
/// alone: programs and what is cached for them may lie in somebody's home.
public final class Shown {
  private final Path place;
  private final User inside;
  private final Map<String, String> shown = new LinkedHashMap<>();

  private Shown(Path place, User inside) {
    this.place = place;
    this.inside = inside;
  }

  /// Mounts them. They go with the network.
  ///
  /// @param place where to; every user may enter it
  public static Shown in(Network network, Path place, List<Path> folders) throws IOException {
    var shown = new Shown(Files.createDirectory(place), User.ROOT.in(network));
    for (var folder : folders) {
      shown.mount(folder);
    }
    return shown;
  }

  /// Shows Java and the class path of this program, so that others may run its parts.
  public static Shown program(Network network, Path place) throws IOException {
    var jars =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(
                entry -> Objects.requireNonNull(Path.of(entry).toAbsolutePath().getParent(), entry))
            .distinct();
    var java = Stream.of(Path.of(System.getProperty("java.home")));
    return in(network, place, Stream.concat(java, jars).toList());
  }

  private void mount(Path folder) throws IOException {
    var mount = Files.createDirectory(place.resolve(Integer.toString(shown.size())));
    inside.run("mount", "--bind", folder.toString(), mount.toString()).done();
    shown.put(folder + "/", mount + "/");
  }

  /// A command with every folder called as it is called here, also within a word.
  List<String> words(List<String> command) {
    return command.stream().map(this::word).toList();
  }

  private String word(String word) {
    var turned = word;
    for (var one : shown.entrySet()) {
      turned = turned.replace(one.getKey(), one.getValue());
    }
    return turned;
  }
}
