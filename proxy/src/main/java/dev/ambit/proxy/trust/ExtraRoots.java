package dev.ambit.proxy.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Authorities that an operator adds to what agents trust, for connections that pass through; the
/// proxy's own connections do not trust them.
public final class ExtraRoots {
  static final int BYTES_MAX = 1 << 20;

  private ExtraRoots() {}

  /// None of no file.
  public static List<X509Certificate> read(Optional<Path> setting) throws IOException {
    if (setting.isEmpty()) {
      return List.of();
    }
    var file = setting.orElseThrow();
    if (!Files.isRegularFile(file) || !Files.isReadable(file) || Files.size(file) > BYTES_MAX) {
      throw unusable(file, null);
    }
    var roots = certificates(file);
    if (roots.isEmpty()) {
      throw unusable(file, null);
    }
    return roots;
  }

  private static List<X509Certificate> certificates(Path file) throws IOException {
    try {
      return SystemRoots.bundle(file);
    } catch (IOException unreadable) {
      throw unusable(file, unreadable);
    }
  }

  private static IOException unusable(Path file, @Nullable IOException cause) {
    return new IOException(
        "AMBIT_PROXY_EXTRA_ROOTS: "
            + file
            + " (expected: a readable file of at most 1 MiB with PEM certificates)",
        cause);
  }
}
