package dev.ambit.e2e.machine;

import dev.ambit.dev.machine.User;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder of one user in memory, as an `emptyDir` of a pod is with `medium: Memory`: what is in
/// it touches no disk, and goes when it is closed.
///
/// @param mounter root, where the owner sees it
public record MemoryFolder(Path path, User mounter) implements Closeable {
  /// Makes it, for its owner alone, where the owner is.
  public static MemoryFolder open(Path path, User owner) throws IOException {
    Files.createDirectory(path);
    var mounter = owner.network().map(User.ROOT::in).orElse(User.ROOT);
    var options = "size=32m,mode=0700,uid=" + owner.uid() + ",gid=" + owner.uid();
    mounter.run("mount", "-t", "tmpfs", "-o", options, "ambit-memory", path.toString()).done();
    return new MemoryFolder(path, mounter);
  }

  @Override
  public void close() {
    mounter.run("umount", path.toString()).done();
  }
}
