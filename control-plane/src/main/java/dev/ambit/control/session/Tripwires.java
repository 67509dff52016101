package dev.ambit.control.session;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// What suspends a session by itself, as its template said when it was opened.
///
/// @param denials so many of them within so long; 0 for none
/// @param contextKeys a change of one of these in the context
public record Tripwires(long denials, Duration within, SortedSet<String> contextKeys) {
  public static final Tripwires NONE =
      new Tripwires(0, Duration.ZERO, Collections.emptySortedSet());

  public Tripwires {
    contextKeys = Collections.unmodifiableSortedSet(new TreeSet<>(contextKeys));
  }
}
