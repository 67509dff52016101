package dev.ambit.cli.envelope;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Groups what can be done with resources and envelopes offline.
@Command(
    name = "envelope",
    description = "Tries resources before they are in force.",
    footer = {"", "Examples:", "  ambit envelope lint deploy/examples/dev"})
public final class EnvelopeCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command after 'envelope'");
  }
}
