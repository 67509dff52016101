package dev.ambit.cli.session;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Groups what can be done with sessions.
@Command(
    name = "session",
    description = "Opens, shows, follows, extends, suspends, resumes and closes sessions.",
    footer = {
      "",
      "Examples:",
      "  ambit session run --template fetch-report -- python3 report.py",
      "  ambit session list --state closing"
    })
public final class SessionCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command after 'session'");
  }
}
