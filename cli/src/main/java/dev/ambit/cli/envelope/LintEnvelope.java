package dev.ambit.cli.envelope;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Text;
import dev.ambit.resources.Finding;
import dev.ambit.resources.Reading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `ambit envelope lint`.
@Command(
    name = "lint",
    description = {
      "Reads a folder of resources as a control plane would, and tells everything that is wrong with it.",
      "Of a FILE, its whole folder is read, and what is wrong with that file is told.",
      "Exit 0: it would be taken; 1: it would be refused, each finding as file:line: key: found (expected: …)."
    },
    footer = {
      "",
      "Examples:",
      "  ambit envelope lint deploy/examples/dev",
      "  ambit envelope lint /etc/ambit/resources/ticket.yaml -o json | jq -r '.findings[].message'"
    })
public final class LintEnvelope implements Callable<Integer> {
  private final Shell shell;

  @Mixin PrintOptions print = new PrintOptions();

  @Parameters(
      paramLabel = "FILE|DIR",
      description = "A folder of resources, or one file of such a folder.")
  Path place = Path.of(".");

  public LintEnvelope(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var reading = ResourceFolder.read(place);
    var all = reading instanceof Reading.Broken(var findings) ? findings : List.<Finding>of();
    var told = Files.isDirectory(place) ? all : all.stream().filter(this::ofTheFile).toList();
    new Printer(shell, print).print(() -> tree(reading, told), style -> text(reading, told, style));
    if (told.size() < all.size()) {
      shell
          .err()
          .println(
              "ambit: "
                  + (all.size() - told.size())
                  + " findings in other files of the folder; see: ambit envelope lint "
                  + ResourceFolder.folder(place));
    }
    return (told.isEmpty() ? ExitCode.OK : ExitCode.REFUSED).number();
  }

  private boolean ofTheFile(Finding finding) {
    return Path.of(finding.file()).getFileName().equals(place.getFileName());
  }

  private static Map<String, Object> tree(Reading reading, List<Finding> findings) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("findings", findings.stream().map(LintEnvelope::tree).toList());
    if (reading instanceof Reading.Whole(var set)) {
      tree.put("digest", set.digest());
      tree.put("targets", set.targets().size());
      tree.put("providers", set.providers().size());
      tree.put("templates", set.templates().size());
    }
    return tree;
  }

  private static Map<String, Object> tree(Finding finding) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("file", finding.file());
    tree.put("line", finding.line());
    tree.put("key", finding.key());
    tree.put("message", finding.message());
    return tree;
  }

  private static String text(Reading reading, List<Finding> findings, Style style) {
    if (!findings.isEmpty()) {
      var text = new StringBuilder();
      findings.forEach(finding -> text.append(Text.line(finding.toString())).append('\n'));
      return text.append(style.bad(findings.size() + " findings")).append('\n').toString();
    }
    return reading instanceof Reading.Whole(var set)
        ? style.good("ok")
            + ": "
            + set.targets().size()
            + " targets, "
            + set.providers().size()
            + " providers, "
            + set.templates().size()
            + " templates, digest "
            + set.digest()
            + "\n"
        : "no finding in this file\n";
  }
}
