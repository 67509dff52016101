package dev.ambit.cli.audit;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Groups what can be asked of the decision trail.
@Command(
    name = "audit",
    description = "Shows what sessions did, call by call, and checks the trail.",
    footer = {
      "",
      "Examples:",
      "  ambit audit show 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit audit verify"
    })
public final class AuditCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command after 'audit'");
  }
}
