package dev.ambit.dev.record;

import dev.ambit.cli.print.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// One line of a journal.
///
/// @param facts every member of the line, `at` and `event` included
public record Entry(Instant at, String event, Map<String, Object> facts) {
  /// Every whole line of a journal, oldest first; none when there is no file yet.
  public static List<Entry> read(Path journal) {
    try {
      var text = Files.readString(journal, StandardCharsets.UTF_8);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Entry::parse).toList();
    } catch (NoSuchFileException _) {
      return List.of();
    } catch (IOException unreadable) {
      throw new UncheckedIOException("journal: " + journal + " cannot be read", unreadable);
    }
  }

  /// Hands over the same one after the other, for a journal that is too long to hold.
  public static void each(Path journal, Consumer<Entry> taker) throws IOException {
    try (var lines = Files.newBufferedReader(journal, StandardCharsets.UTF_8)) {
      var line = lines.readLine();
      while (line != null) {
        var next = lines.readLine();
        // Only the last one may be half written.
        if (next != null || Json.read(line.getBytes(StandardCharsets.UTF_8)).isPresent()) {
          taker.accept(parse(line));
        }
        line = next;
      }
    }
  }

  public String text(String fact) {
    return String.valueOf(facts.getOrDefault(fact, ""));
  }

  public long number(String fact) {
    return facts.get(fact) instanceof Number number ? number.longValue() : 0;
  }

  public boolean is(String event) {
    return this.event.equals(event);
  }

  @SuppressWarnings("unchecked") // A journal holds objects only.
  private static Entry parse(String line) {
    var facts =
        (Map<String, Object>) Json.read(line.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    return new Entry(
        Instant.parse(String.valueOf(facts.get("at"))), String.valueOf(facts.get("event")), facts);
  }
}
