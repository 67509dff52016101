package dev.ambit.dev.up;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Groups what can be done with a development set.
@Command(
    name = "dev",
    description = {
      "Runs Ambit on this machine for your own resources, agents and upstreams. FOR DEVELOPMENT ONLY.",
      "Identities are handed to whoever is you, and the proxy may dial this machine."
    },
    footer = {
      "",
      "Examples:",
      "  ambit dev up --resources deploy/examples/dev",
      "  ambit session run --template read-notes -- curl -s http://notes.test:8000/",
      "  ambit dev down"
    })
public final class DevCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command after 'dev'");
  }
}
