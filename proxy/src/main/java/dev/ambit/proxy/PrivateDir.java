package dev.ambit.proxy;

import dev.ambit.envelope.Ids;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// The folder that only the proxy can read, and the identifier kept in it.
final class PrivateDir {
  private static final String PROXY_ID = "proxy-id";

  private PrivateDir() {}

  /// Makes the folder (0700) where it is missing, and returns the identifier that outlives this
  /// process.
  static String proxyId(Path dir, Ids ids) throws IOException {
    if (!Files.isDirectory(dir)) {
      Files.createDirectories(dir);
      Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwx------"));
    }
    var file = dir.resolve(PROXY_ID);
    if (!Files.exists(file)) {
      var fresh = ids.next();
      Files.writeString(file, fresh);
      return fresh;
    }
    var kept = Files.readString(file).strip();
    try {
      Ids.check(PROXY_ID, kept);
      return kept;
    } catch (IllegalArgumentException broken) {
      throw new IOException(file + ": no identifier (expected: 26 characters, or no file)", broken);
    }
  }
}
