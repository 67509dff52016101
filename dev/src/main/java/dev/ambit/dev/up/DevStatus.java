package dev.ambit.dev.up;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Shell;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Table;
import dev.ambit.dev.set.Member;
import dev.ambit.dev.set.State;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `ambit dev status`.
@Command(
    name = "status",
    description = {
      "Says what of a development set is running. Exit 0: all of it; 1: a part of it has ended; 3: there is none."
    },
    footer = {"", "Examples:", "  ambit dev status", "  ambit dev status -o json | jq .proxy"})
public final class DevStatus implements Callable<Integer> {
  private final Shell shell;

  @Mixin PrintOptions print = new PrintOptions();

  public DevStatus(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    var found = new State(shell.developmentState()).read();
    if (found.isEmpty()) {
      shell
          .err()
          .println("ambit: nothing is running; start a set with: ambit dev up --resources DIR");
      return ExitCode.NOT_FOUND.number();
    }
    var running = found.get();
    new Printer(shell, print)
        .print(
            () -> model(running),
            style -> {
              var facts =
                  Table.facts()
                      .row("kind", running.kind())
                      .row("agent", running.agent())
                      .row("proxy", "http://127.0.0.1:" + running.proxy().agents())
                      .row("trust", running.trust().toString())
                      .row("folder", running.run().toString());
              var table = Table.of("PROCESS", "PID", "STATE");
              for (var member : running.members()) {
                table.row(member.name(), Long.toString(member.pid()), state(member));
              }
              return facts.print(style) + "\n" + table.print(style);
            });
    return running.whole() ? ExitCode.OK.number() : ExitCode.REFUSED.number();
  }

  private static Object model(State.Running running) {
    var model = new LinkedHashMap<String, Object>();
    model.put("kind", running.kind());
    model.put("agent", running.agent());
    model.put("proxy", "http://127.0.0.1:" + running.proxy().agents());
    model.put("trust", running.trust().toString());
    model.put("folder", running.run().toString());
    model.put("processes", running.members().stream().map(DevStatus::process).toList());
    return model;
  }

  private static Map<String, Object> process(Member member) {
    var process = new LinkedHashMap<String, Object>();
    process.put("name", member.name());
    process.put("pid", member.pid());
    process.put("state", state(member));
    return process;
  }

  private static String state(Member member) {
    return member.runs() ? "running" : "ended";
  }
}
