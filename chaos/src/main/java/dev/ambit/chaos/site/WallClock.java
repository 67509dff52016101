package dev.ambit.chaos.site;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;

/// The wall clock of one process, which can be set wrong while it runs; its monotonic clock cannot.
/// By libfaketime, which the process loads and which reads the offset from a file once a second.
public final class WallClock {
  private static final Path LIBRARIES = Path.of("/usr/lib");
  private static final String LIBRARY = "faketime/libfaketime.so.1";
  private static final int DEPTH = 3;
  private static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private final Path library;
  private final Path offset;

  private WallClock(Path library, Path offset) {
    this.library = library;
    this.offset = offset;
  }

  /// Right, to begin with.
  ///
  /// @param offset file that says how wrong it is
  static WallClock at(Path offset) throws IOException {
    var clock = new WallClock(library(), offset);
    clock.set(Duration.ZERO);
    return clock;
  }

  private static Path library() throws IOException {
    try (var found = Files.find(LIBRARIES, DEPTH, (path, _) -> path.toString().endsWith(LIBRARY))) {
      return found
          .findFirst()
          .orElseThrow(() ->
              new IOException(
                  "libfaketime: not found below "
                      + LIBRARIES
                      + " (expected: the package libfaketime is installed)"));
    }
  }

  /// What a process needs to go by it.
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAKETIME_TIMESTAMP_FILE",
        offset.toString(),
        "FAKETIME_CACHE_DURATION",
        "1",
        "FAKETIME_DONT_FAKE_MONOTONIC",
        "1",
        // Else it takes waits by the monotonic clock for waits by the wall clock, and ends them.
        "FAKETIME_FORCE_MONOTONIC_FIX",
        "0",
        "NO_FAKE_STAT",
        "1");
  }

  /// Removes what the library leaves behind of a process that was killed.
  void forget(long pid) throws IOException {
    Files.deleteIfExists(SHARED_MEMORY.resolve("faketime_shm_" + pid));
    Files.deleteIfExists(SHARED_MEMORY.resolve("sem.faketime_sem_" + pid));
  }

  /// Puts it ahead of the right time, or behind it; the process follows within a second.
  public void set(Duration ahead) throws IOException {
    var next = offset.resolveSibling(offset.getFileName() + ".next");
    Files.writeString(next, (ahead.isNegative() ? "" : "+") + ahead.toSeconds() + "\n");
    Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
  }
}
