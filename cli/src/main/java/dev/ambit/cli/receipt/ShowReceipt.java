package dev.ambit.cli.receipt;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.Json;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit receipt show`.
@Command(
    name = "show",
    description = {
      "Shows what a receipt says. It is not verified here: that needs a key that you trust (ambit receipt verify)."
    },
    footer = {
      "",
      "Examples:",
      "  ambit receipt show 01JZ8YQ5V7N3K2M4P6R8T0W1X3",
      "  ambit receipt show 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --save receipt.json",
      "  ambit receipt show receipt.json -o json | jq '.credentials[].outcome'"
    })
public final class ShowReceipt implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--save",
      paramLabel = "FILE",
      description = "Keeps the receipt as it was signed, for ambit receipt verify.")
  @Nullable Path save;

  @Parameters(paramLabel = "SESSION|FILE", description = "A closed session, or a saved receipt.")
  String source = "";

  public ShowReceipt(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    var found = ReceiptFile.find(source, () -> connector.connect(connection));
    var receipt = found.receipt();
    if (save != null) {
      write(save, found.bytes().toByteArray());
      shell.err().println("ambit: saved " + save);
    }
    new Printer(shell, print)
        .print(
            () -> Json.read(found.dsse().payload()).orElseThrow(),
            style -> ReceiptView.show(receipt, style));
  }

  private static void write(Path file, byte[] bytes) {
    try {
      Files.write(file, bytes);
    } catch (IOException unwritable) {
      throw new Failure(
          ExitCode.REFUSED,
          "--save: " + file + " cannot be written (" + unwritable.getClass().getSimpleName() + ")",
          unwritable);
    }
  }
}
