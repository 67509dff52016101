package dev.ambit.e2e.agents;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;

/// A file to upload, of noise.
record Body(Path file) {
  /// More than sockets hold, so that who refuses it must take it; no whole number of anything.
  static final int BYTES = 16 * (1 << 20) + 4_711;

  /// Writes it to a file that everyone may read.
  static Body write(Path file) throws IOException {
    var bytes = new byte[BYTES];
    new SplittableRandom(BYTES).nextBytes(bytes);
    return new Body(Files.write(file, bytes));
  }

  String sha256() throws IOException, NoSuchAlgorithmException {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
