package dev.ambit.e2e.machine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Folders that only their owner may enter, mounted where every user may: the source tree and what
/// is cached for the tests may lie in somebody's home.
public final class Shown implements Closeable {
  private final Path place;
  private final Closing mounts = new Closing();
  private final Map<String, String> shown = new LinkedHashMap<>();

  private Shown(Path place) {
    this.place = place;
  }

  /// Mounts them, or none.
  ///
  /// @param place where to; every user may enter it
  public static Shown open(Path place, List<Path> folders) throws IOException {
    var shown = new Shown(Files.createDirectory(place));
    var whole = false;
    try {
      for (var folder : folders) {
        shown.mount(folder);
      }
      whole = true;
      return shown;
    } finally {
      if (!whole) {
        shown.close();
      }
    }
  }

  private void mount(Path folder) throws IOException {
    var mount = Files.createDirectory(place.resolve(Integer.toString(shown.size())));
    User.ROOT.run("mount", "--bind", folder.toString(), mount.toString()).done();
    mounts.add(() -> User.ROOT.run("umount", mount.toString()).done());
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

  @Override
  public void close() throws IOException {
    mounts.close();
  }
}
