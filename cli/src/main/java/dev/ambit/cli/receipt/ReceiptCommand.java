package dev.ambit.cli.receipt;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Groups what can be done with receipts.
@Command(
    name = "receipt",
    description =
        "Shows and verifies receipts: the signed record of what died when a session ended.",
    footer = {
      "",
      "Examples:",
      "  ambit receipt keys --save keys/                                (once, from a place you trust)",
      "  ambit receipt show 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --save receipt.json",
      "  ambit receipt verify receipt.json --key keys/9f86d081.pem      (offline, any time later)"
    })
public final class ReceiptCommand implements Runnable {
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command after 'receipt'");
  }
}
