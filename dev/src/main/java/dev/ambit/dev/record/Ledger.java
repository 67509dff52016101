package dev.ambit.dev.record;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// One process's own record, as whoever wants evidence reads it.
public final class Ledger {
  private static final int POLL_MILLIS = 5;

  private final Path journal;

  public Ledger(Path journal) {
    this.journal = journal;
  }

  /// How many entries there are, to look at what comes after.
  public int mark() {
    return Entry.read(journal).size();
  }

  /// What was written since a mark, oldest first.
  public List<Entry> since(int mark) {
    var entries = Entry.read(journal);
    return entries.subList(Math.min(mark, entries.size()), entries.size());
  }

  /// What was written since a mark about one kind of event.
  public List<Entry> since(int mark, String event) {
    return since(mark).stream().filter(entry -> entry.is(event)).toList();
  }

  /// Waits until something is written; nothing when it is not in time.
  public Optional<Entry> await(int mark, Predicate<Entry> wanted, Duration patience)
      throws InterruptedException {
    var end = System.nanoTime() + patience.toNanos();
    while (true) {
      var found = since(mark).stream().filter(wanted).findFirst();
      if (found.isPresent() || System.nanoTime() > end) {
        return found;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }
}
