package dev.ambit.cli.trust;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Groups what makes ordinary clients trust a proxy.
@Command(
    name = "trust",
    description =
        "Makes ordinary clients trust a proxy, and tries whether those of this machine do.",
    footer = {
      "",
      "Examples:",
      "  eval \"$(ambit trust env --folder /run/ambit-trust)\"",
      "  ambit trust test"
    })
public final class TrustCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command after 'trust'");
  }
}
