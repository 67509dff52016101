package dev.ambit.cli.receipt;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Style;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.envelope.receipt.Receipt;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `ambit receipt verify`.
@Command(
    name = "verify",
    description = {
      "Verifies a receipt against keys that you pinned, offline when it is a file. Keys that the receipt or a server",
      "names are never trusted. Exit 0: signed by one of the keys and unchanged; 1: not so."
    },
    footer = {
      "",
      "Examples:",
      "  ambit receipt verify receipt.json --key keys/9f86d081.pem",
      "  ambit receipt verify 01JZ8YQ5V7N3K2M4P6R8T0W1X3 --key old.pem --key new.pem"
    })
public final class VerifyReceipt implements Runnable {
  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = {"-k", "--key"},
      required = true,
      paramLabel = "PEM",
      description = "A public key you trust; repeat it for several, one of them must have signed.")
  List<Path> keys = new ArrayList<>();

  @Parameters(paramLabel = "FILE|SESSION", description = "A saved receipt, or a closed session.")
  String source = "";

  public VerifyReceipt(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    var pinned = keys.stream().map(VerifyReceipt::key).toList();
    var found = ReceiptFile.find(source, () -> connector.connect(connection));
    var signer =
        pinned.stream()
            .filter(found.dsse()::verifies)
            .findFirst()
            .orElseThrow(() -> refused(found, pinned));
    var receipt = found.receipt();
    new Printer(shell, print)
        .print(() -> model(receipt, signer), style -> table(receipt, signer, style));
  }

  /// Tells a foreign key from a changed byte, which need different reactions.
  private static Failure refused(ReceiptFile found, List<PublicKey> pinned) {
    var named = found.dsse().keyIds();
    var known = pinned.stream().map(PublicKeys::id).anyMatch(named::contains);
    return new Failure(
        ExitCode.REFUSED,
        known
            ? found.source()
                + ": signature: does not fit the content, so the receipt was changed after it was signed; ask for the"
                + " original"
            : found.source()
                + ": keyid: signed by "
                + String.join(", ", named)
                + " (expected: a key given with --key)");
  }

  private static PublicKey key(Path file) {
    return switch (PublicKeys.fromPem(Access.line(file))) {
      case Parsed.Ok<PublicKey>(var key) -> key;
      case Parsed.Malformed<PublicKey>(var why) ->
          throw new Failure(ExitCode.CONFIGURATION, "--key: " + file + ": " + why);
    };
  }

  private static Object model(Receipt receipt, PublicKey signer) {
    var model = new LinkedHashMap<String, Object>();
    model.put("verified", true);
    model.put("keyId", PublicKeys.id(signer));
    model.put("session", receipt.session());
    model.put("reason", receipt.reason());
    model.put("closedAt", receipt.closedAt().toString());
    model.put("callsComplete", receipt.calls().complete());
    model.put(
        "credentials",
        receipt.credentials().stream()
            .map(end -> {
              var entry = new LinkedHashMap<String, Object>();
              entry.put("id", end.id());
              entry.put("provider", end.provider());
              entry.put("outcome", end.outcome().name());
              entry.put("outcomeAt", end.outcomeAt().toString());
              return entry;
            })
            .toList());
    return model;
  }

  private static String table(Receipt receipt, PublicKey signer, Style style) {
    var text = new StringBuilder();
    text.append(style.good("verified"))
        .append("  signed by ")
        .append(PublicKeys.id(signer))
        .append(", unchanged\n");
    ReceiptView.summary(receipt)
        .forEach(line -> text.append("          ").append(line).append('\n'));
    return text.toString();
  }
}
