package dev.ambit.dev.demo;

import dev.ambit.cli.receipt.ReceiptFile;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.ListSigningKeysRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;

/// The signed record of the first job, verified with a key that was taken before the job began.
final class ReceiptScene {
  private final Stage stage;
  private final Story story;
  private final PublicKey pinned;
  private final Path keyFile;

  /// Pins the key now.
  ReceiptScene(Stage stage, Story story) throws IOException {
    this.stage = stage;
    this.story = story;
    var keys =
        stage
            .controlPlane()
            .receipts()
            .listSigningKeys(ListSigningKeysRequest.getDefaultInstance());
    this.pinned =
        switch (PublicKeys.fromPem(keys.getKeys(0).getPublicKeyPem())) {
          case Parsed.Ok<PublicKey>(var key) -> key;
          case Parsed.Malformed<PublicKey>(var why) -> throw new NotShown(why);
        };
    this.keyFile = stage.set().plan().folder().resolve("receipt-key.pem");
    Files.writeString(keyFile, PublicKeys.toPem(pinned));
  }

  /// Where the pinned key lies.
  Path keyFile() {
    return keyFile;
  }

  Claim play(HonestJob job) throws IOException {
    story.chapter("receipt", "What remains is a signed record that anyone can verify.");
    var found = ReceiptFile.ofSession(job.session().getId(), stage.controlPlane());
    var file = stage.set().plan().folder().resolve("receipt.json");
    Files.write(file, found.bytes().toByteArray());
    var receipt = found.receipt();
    var verifies = found.dsse().verifies(pinned);
    var changed = anyChangeVerifies(found);
    story.line("receipt", "a DSSE envelope of " + found.bytes().size() + " bytes");
    story.line("signed by", PublicKeys.id(pinned) + ", pinned before the job");
    var dead =
        receipt.credentials().stream()
            .filter(end -> end.outcome() == Receipt.Outcome.DEAD_PROVEN)
            .count();
    story.line(
        "it says",
        receipt.calls().permitted()
            + " calls permitted, "
            + receipt.calls().denied()
            + " denied; "
            + dead
            + " credentials proven dead");
    return new Claim(
        "receipt",
        verifies
            && !changed
            && receipt.session().equals(job.session().getId())
            && dead == receipt.credentials().size()
            && dead == job.tokensIssued(),
        "it verifies offline with the pinned key and with no byte changed, and its "
            + dead
            + " credentials proven dead are the "
            + job.tokensIssued()
            + " tokens in the issuer's record");
  }

  /// Changes one bit of every byte in turn: none of these may verify.
  private boolean anyChangeVerifies(ReceiptFile found) {
    var bytes = found.bytes().toByteArray();
    for (var index = 0; index < bytes.length; index++) {
      bytes[index] ^= 1;
      if (Dsse.parse(bytes) instanceof Parsed.Ok<Dsse>(var changed) && changed.verifies(pinned)) {
        return true;
      }
      bytes[index] ^= 1;
    }
    return false;
  }
}
