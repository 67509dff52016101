package dev.ambit.control.credential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// A secret in a file, read anew at each use, so that it can be rotated.
public final class SecretFile {
  public static final int BYTES_MAX = 16 * 1_024;

  private SecretFile() {}

  /// The file's content without the line end that editors leave.
  public static Material read(Path file) throws IOException {
    if (Files.size(file) > BYTES_MAX) {
      throw new IOException("secret: too long (expected: at most " + BYTES_MAX + " bytes)");
    }
    var bytes = Files.readAllBytes(file);
    try {
      var length = bytes.length;
      while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
        length--;
      }
      return new Material(Arrays.copyOf(bytes, length));
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
