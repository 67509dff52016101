package dev.ambit.dev.record;

import dev.ambit.cli.print.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Writes what one process saw: a line of JSON each, appended, readable by its owner alone (the
/// upstream's holds live tokens, as any server's could). Thread-safe.
public final class Journal implements AutoCloseable {
  private final FileChannel file;
  private final InstantSource clock;

  private Journal(FileChannel file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  public static Journal open(Path file, InstantSource clock) {
    try {
      return new Journal(
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))),
          clock);
    } catch (IOException unwritable) {
      throw new UncheckedIOException("journal: " + file + " cannot be written", unwritable);
    }
  }

  /// Appends an event with the time of this instant.
  public synchronized void write(String event, Map<String, Object> facts) {
    var line = new LinkedHashMap<String, Object>();
    line.put("at", clock.instant().toString());
    line.put("event", event);
    line.putAll(facts);
    var bytes = ByteBuffer.wrap((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException unwritable) {
      throw new UncheckedIOException("journal: cannot be written", unwritable);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException unwritable) {
      throw new UncheckedIOException("journal: cannot be closed", unwritable);
    }
  }
}
