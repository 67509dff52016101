package dev.ambit.e2e.machine;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder of one user in memory, as an `emptyDir` of a pod is with `medium: Memory`: what is in
/// it touches no disk, and goes when it is closed.
public record MemoryFolder(Path path) implements Closeable {
  /// Makes it, for its owner alone.
  public static MemoryFolder open(Path path, User owner) throws IOException {
    Files.createDirectory(path);
    var options = "size=32m,mode=0700,uid=" + owner.uid() + ",gid=" + owner.uid();
    User.ROOT.run("mount", "-t", "tmpfs", "-o", options, "ambit-memory", path.toString()).done();
    return new MemoryFolder(path);
  }

  @Override
  public void close() {
    User.ROOT.run("umount", path.toString()).done();
  }
}
