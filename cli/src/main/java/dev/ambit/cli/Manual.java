package dev.ambit.cli;

import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/// The page of every command, made of the same help texts that `--help` prints.
public final class Manual {
  private Manual() {}

  /// The page, in Markdown.
  public static String of(CommandLine root) {
    var page = new StringBuilder();
    page.append(
        """
        # The commands

        Every command with its options, examples and exit codes, as `--help` prints them. This page is made from the
        program; a test fails when the two differ, and says how to write it anew.
        """);
    append(page, root);
    return page.toString();
  }

  private static void append(StringBuilder page, CommandLine line) {
    page.append("\n## ").append(line.getCommandSpec().qualifiedName()).append("\n\n```\n");
    line.getUsageMessage(Ansi.OFF)
        .lines()
        .forEach(text -> page.append(text.stripTrailing()).append('\n'));
    page.append("```\n");
    line.getSubcommands().values().forEach(sub -> append(page, sub));
  }
}
