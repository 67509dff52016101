package dev.ambit.control.credential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;

/// A key in a file of its own: readable by its owner alone, written whole and durably or not at
/// all.
public final class KeyFile {
  private static final int BYTES_MAX = 4_096;

  private KeyFile() {}

  /// Reads the file, or makes it (0600) from `fresh` if it is not there. Refuses a file that others
  /// may read.
  public static byte[] readOrCreate(Path file, Supplier<byte[]> fresh) {
    try {
      if (!Files.exists(file)) {
        create(file, fresh.get());
      }
      return read(file);
    } catch (IOException failure) {
      throw new UncheckedIOException("key: cannot read or make " + file, failure);
    }
  }

  /// A file that holds no key of the kind it stands for.
  public static UncheckedIOException unusable(Path file, String why) {
    var message = "key: " + file + ": " + why;
    return new UncheckedIOException(message, new IOException(message));
  }

  private static byte[] read(Path file) throws IOException {
    var others = EnumSet.copyOf(Set.of(PosixFilePermission.values()));
    others.removeAll(PosixFilePermissions.fromString("rwx------"));
    others.retainAll(Files.getPosixFilePermissions(file));
    if (!others.isEmpty()) {
      throw new IOException("key: " + file + " is open to others (expected: mode 0600)");
    }
    if (Files.size(file) > BYTES_MAX) {
      throw new IOException("key: " + file + " is too long (expected: at most " + BYTES_MAX + ")");
    }
    return Files.readAllBytes(file);
  }

  private static void create(Path file, byte[] bytes) throws IOException {
    var draft = file.resolveSibling(file.getFileName() + ".new");
    try {
      Files.deleteIfExists(draft); // left by a process that died here
      var permissions =
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
      var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (var channel = FileChannel.open(draft, options, permissions)) {
        channel.write(ByteBuffer.wrap(bytes));
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      try (var folder = FileChannel.open(file.toAbsolutePath().getParent())) {
        folder.force(true); // what is sealed with a key that a crash took away never opens again
      }
    } catch (FileAlreadyExistsException | NoSuchFileException e) {
      throw new IOException("key: " + file + " is being made by another process", e);
    }
  }
}
