package dev.ambit.cli.print;

import java.util.ArrayList;
import java.util.List;

/// Aligned columns of plain text. Cells are made safe for a terminal; the last column is never
/// padded.
public final class Table {
  private final List<List<String>> rows = new ArrayList<>();
  private final boolean headed;

  private Table(boolean headed) {
    this.headed = headed;
  }

  /// With a line of headings.
  public static Table of(String... headings) {
    return new Table(true).row(headings);
  }

  /// Two columns: what it is, and what it says.
  public static Table facts() {
    return new Table(false);
  }

  public Table row(String... cells) {
    rows.add(List.of(cells).stream().map(Text::line).toList());
    return this;
  }

  /// A row of [#facts], left out when there is nothing to say.
  public Table fact(String name, String value) {
    return value.isEmpty() ? this : row(name, value);
  }

  public String print(Style style) {
    var widths = widths();
    var text = new StringBuilder();
    for (var index = 0; index < rows.size(); index++) {
      var line = line(rows.get(index), widths, style);
      text.append(headed && index == 0 ? style.heading(line) : line).append('\n');
    }
    return text.toString();
  }

  private String line(List<String> row, int[] widths, Style style) {
    var line = new StringBuilder();
    for (var column = 0; column < row.size(); column++) {
      var cell = row.get(column);
      var last = column == row.size() - 1;
      var padding = last ? "" : " ".repeat(widths[column] - width(cell) + 2);
      line.append(headed ? cell : column == 0 ? style.faint(cell) : cell).append(padding);
    }
    return line.toString().stripTrailing();
  }

  private int[] widths() {
    var widths = new int[rows.stream().mapToInt(List::size).max().orElse(0)];
    for (var row : rows) {
      for (var column = 0; column < row.size(); column++) {
        widths[column] = Math.max(widths[column], width(row.get(column)));
      }
    }
    return widths;
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
