package dev.ambit.spiffe.anchors;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/// Writes a file or a link beside its place and moves it there, so that nobody reads half of it or
/// one with other permissions. What is there already is left alone. One writer per folder.
public final class WholeFile {
  /// What the names of files begin with that are being written, or were when their writer was
  /// killed.
  static final String BESIDE = ".new-";

  private WholeFile() {}

  /// Makes a file hold exactly this.
  ///
  /// @param permissions as `ls` shows them: `rw-r--r--`
  public static void write(Path file, byte[] content, String permissions) throws IOException {
    var wanted = PosixFilePermissions.fromString(permissions);
    if (holds(file, content, wanted)) {
      return;
    }
    var beside = beside(file);
    Files.createFile(
        beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(beside, content);
    // After the creation: an umask takes away what an attribute gives.
    Files.setPosixFilePermissions(beside, wanted);
    Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// A symbolic link to a neighbour.
  static void link(Path link, String neighbour) throws IOException {
    var target = Path.of(neighbour);
    if (Files.isSymbolicLink(link) && Files.readSymbolicLink(link).equals(target)) {
      return;
    }
    var beside = beside(link);
    Files.createSymbolicLink(beside, target);
    Files.move(beside, link, StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean holds(Path file, byte[] content, Set<PosixFilePermission> permissions)
      throws IOException {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        && Files.getPosixFilePermissions(file).equals(permissions)
        && Files.size(file) == content.length
        && Arrays.equals(Files.readAllBytes(file), content);
  }

  private static Path beside(Path file) throws IOException {
    var beside = file.resolveSibling(BESIDE + file.getFileName());
    Files.deleteIfExists(beside);
    return beside;
  }
}
