package dev.ambit.cluster.chart;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/// Reads the comments `# -- …` of a `values.yaml`, each over the key that it explains. A key over
/// others is explained by theirs, unless it has a comment of its own: then they are its default.
final class ValuesComments {
  private static final Pattern COMMENT = Pattern.compile(" *# -- (.+)");
  private static final Pattern KEY = Pattern.compile("( *)([\\w.-]+):(?: (.*))?");

  private final List<Value> values = new ArrayList<>();
  private final Deque<Level> levels = new ArrayDeque<>();
  private String comment = "";

  private ValuesComments() {}

  /// @throws IllegalArgumentException for a key that nothing explains
  static List<Value> of(List<String> lines) {
    var comments = new ValuesComments();
    lines.stream().filter(line -> !line.isBlank()).forEach(comments::read);
    return List.copyOf(comments.values);
  }

  private void read(String line) {
    var said = COMMENT.matcher(line);
    if (said.matches()) {
      comment = said.group(1);
      return;
    }
    var key = KEY.matcher(line);
    if (!key.matches()) {
      throw new IllegalArgumentException("values.yaml: " + line + " (expected: a key or # -- …)");
    }
    var indent = key.group(1).length();
    while (!levels.isEmpty() && levels.getLast().indent() >= indent) {
      levels.removeLast();
    }
    if (!levels.isEmpty() && levels.getLast().explained()) {
      return;
    }
    var path = levels.isEmpty() ? key.group(2) : levels.getLast().path() + "." + key.group(2);
    var value = key.group(3) == null ? "" : key.group(3);
    levels.addLast(new Level(indent, path, !comment.isEmpty()));
    if (!comment.isEmpty()) {
      values.add(new Value(path, comment, value.isEmpty() ? "see values.yaml" : value));
    } else if (!value.isEmpty()) {
      throw new IllegalArgumentException(
          "values.yaml: " + path + ": no comment (expected: # -- …)");
    }
    comment = "";
  }

  /// A key over others.
  private record Level(int indent, String path, boolean explained) {}
}
