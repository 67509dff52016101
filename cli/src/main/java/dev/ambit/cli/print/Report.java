package dev.ambit.cli.print;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.Item.Verdict;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What was looked at, as one verdict: red when anything is wrong.
public record Report(List<Item> items) {
  public Report {
    items = List.copyOf(items);
  }

  /// Prints it; returns how the command ends.
  public ExitCode print(Shell shell, PrintOptions options) {
    new Printer(shell, options).print(this::tree, this::table);
    return wrong() == 0 ? ExitCode.OK : ExitCode.REFUSED;
  }

  private long wrong() {
    return items.stream().filter(item -> item.verdict() == Verdict.WRONG).count();
  }

  private Map<String, Object> tree() {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("verdict", wrong() == 0 ? "green" : "red");
    tree.put("checks", items.stream().map(Item::tree).toList());
    return tree;
  }

  private String table(Style style) {
    var table = Table.of("CHECK", "VERDICT", "FOUND");
    items.forEach(item -> table.row(item.what(), item.verdict().text(), item.found()));
    var text = new StringBuilder(table.print(style)).append('\n');
    items.stream()
        .filter(item -> !item.advice().isEmpty())
        .map(item -> item.what() + ": " + Text.line(item.advice()) + "\n")
        .distinct()
        .forEach(text::append);
    var wrong = wrong();
    return text.append(
            wrong == 0
                ? style.good("green: nothing is wrong")
                : style.bad(
                    "red: " + wrong + (wrong == 1 ? " thing is wrong" : " things are wrong")))
        .append('\n')
        .toString();
  }
}
