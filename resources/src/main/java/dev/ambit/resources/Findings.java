package dev.ambit.resources;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/// Collects everything that is wrong with a set, so that it can be mended in one go.
final class Findings {
  /// More than this is counted, not listed.
  static final int MAX = 200;

  private static final int SHOWN_MAX = 60;
  private final List<Finding> findings = new ArrayList<>();
  private int dropped;

  void add(Place place, String message) {
    if (findings.size() == MAX) {
      dropped++;
      return;
    }
    findings.add(new Finding(place.file(), place.line(), place.key(), message));
  }

  /// What was found and what would be right, in the one form of all messages.
  void add(Place place, String found, String expected) {
    add(place, found + " (expected: " + expected + ")");
  }

  /// How many so far; whoever sees it unchanged has read something whole.
  int count() {
    return findings.size() + dropped;
  }

  /// By file and line.
  List<Finding> all() {
    var all = new ArrayList<>(findings);
    all.sort(Comparator.comparing(Finding::file).thenComparingInt(Finding::line));
    if (dropped > 0) {
      var last = all.getLast();
      all.add(new Finding(last.file(), last.line(), "", dropped + " more findings"));
    }
    return all;
  }

  /// A value of the file as it may stand in a message: short, and without control characters.
  static String shown(String value) {
    var shown = new StringBuilder();
    for (var i = 0; i < value.length() && i < SHOWN_MAX; i++) {
      var c = value.charAt(i);
      if (c < ' ' || c > '~') {
        shown.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        shown.append(c);
      }
    }
    return value.length() > SHOWN_MAX ? shown + "…" : shown.toString();
  }
}
