package dev.ambit.cli.receipt;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.print.PrintOptions;
import dev.ambit.cli.print.Printer;
import dev.ambit.cli.print.Table;
import dev.ambit.cli.print.Tree;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.proto.v1.ListSigningKeysRequest;
import dev.ambit.proto.v1.SigningKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `ambit receipt keys`.
@Command(
    name = "keys",
    description = {
      "Lists the public keys that receipts are signed with, the current one first. Save them once over a connection",
      "that you trust; verifying then needs no server."
    },
    footer = {"", "Examples:", "  ambit receipt keys", "  ambit receipt keys --save keys/"})
public final class KeysReceipt implements Runnable {
  private static final int NAME_LENGTH = 16;

  private final Shell shell;
  private final Connector connector;

  @Mixin ConnectionOptions connection = new ConnectionOptions();
  @Mixin PrintOptions print = new PrintOptions();

  @Option(
      names = "--save",
      paramLabel = "DIR",
      description = "Writes each key to DIR/<first 16 digits of its id>.pem.")
  @Nullable Path save;

  public KeysReceipt(Shell shell, Connector connector) {
    this.shell = shell;
    this.connector = connector;
  }

  @Override
  public void run() {
    try (var controlPlane = connector.connect(connection)) {
      var keys =
          controlPlane.receipts().listSigningKeys(ListSigningKeysRequest.getDefaultInstance());
      if (save != null) {
        for (var key : keys.getKeysList()) {
          save(save, key);
        }
      }
      new Printer(shell, print)
          .print(
              () -> Tree.of(keys),
              style -> {
                var table = Table.of("KEY");
                keys.getKeysList().forEach(key -> table.row(key.getKeyId()));
                return table.print(style);
              });
    }
  }

  private void save(Path directory, SigningKey key) {
    var pem = key.getPublicKeyPem();
    // The name is computed here: a server does not choose where files are written.
    var id =
        switch (PublicKeys.fromPem(pem)) {
          case Parsed.Ok<PublicKey>(var parsed) -> PublicKeys.id(parsed);
          case Parsed.Malformed<PublicKey>(var why) ->
              throw new Failure(ExitCode.REFUSED, "server: " + why);
        };
    var file = directory.resolve(id.substring(0, NAME_LENGTH) + ".pem");
    try {
      Files.createDirectories(directory);
      Files.writeString(file, pem);
      shell.err().println("ambit: saved " + file);
    } catch (IOException unwritable) {
      throw new Failure(
          ExitCode.REFUSED,
          "--save: " + file + " cannot be written (" + unwritable.getClass().getSimpleName() + ")",
          unwritable);
    }
  }
}
