package dev.ambit.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The command without a subcommand: says what there is.
@Command(
    name = "ambit",
    description = {
      "Authority for one job of an AI agent, and proof that it is gone when the job ends.",
    },
    footer = {
      "",
      "Examples:",
      "  ambit session run --template fetch-report -- python3 report.py",
      "  ambit session list",
      "  ambit receipt verify receipt.json --key ambit.pem"
    })
final class Ambit implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
