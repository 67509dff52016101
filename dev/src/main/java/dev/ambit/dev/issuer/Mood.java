package dev.ambit.dev.issuer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.function.Supplier;

/// How the issuer answers those that ask for a token. Revocation and introspection stay honest.
public enum Mood {
  /// As asked for.
  HONEST,
  /// 429, and no token.
  BUSY,
  /// Takes the request and says nothing.
  HANGS,
  /// A token that it says has expired already.
  EXPIRED,
  /// A token that it says is good for more than was asked for.
  WRONG;

  /// What stands in a file, read anew each time; honest while there is none.
  static Supplier<Mood> in(Path file) {
    return () -> {
      try {
        return Files.exists(file) ? Mood.valueOf(Files.readString(file).strip()) : HONEST;
      } catch (IOException unreadable) {
        throw new java.io.UncheckedIOException("mood: " + file + " cannot be read", unreadable);
      }
    };
  }

  /// Writes it down, whole or not at all.
  public void write(Path file) throws IOException {
    var next = Files.writeString(file.resolveSibling(file.getFileName() + ".next"), name());
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
