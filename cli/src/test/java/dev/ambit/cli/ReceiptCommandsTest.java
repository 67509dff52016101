package dev.ambit.cli;

import static dev.ambit.cli.Typed.type;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.SigningKey;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the holder of a receipt and of a key can find out.
class ReceiptCommandsTest {
  private static final String ID = "01JZ8YQ5V7N3K2M4P6R8T0W1X3";

  @TempDir private Path folder;
  private FakeControlPlane controlPlane;
  private KeyPair keys;
  private Path key;
  private Path receipt;
  private byte[] signed;

  @BeforeEach
  void start() throws IOException, NoSuchAlgorithmException {
    controlPlane = new FakeControlPlane();
    keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    key = Files.writeString(folder.resolve("key.pem"), PublicKeys.toPem(keys.getPublic()));
    sign(RECEIPT);
  }

  private void sign(Receipt said) throws IOException {
    signed =
        Dsse.sign(Receipt.PAYLOAD_TYPE, said.toJson(), keys.getPrivate(), keys.getPublic())
            .toJson();
    receipt = Files.write(folder.resolve("receipt.json"), signed);
    controlPlane.receipt = ByteString.copyFrom(signed);
  }

  private static Receipt withCalls(List<Receipt.Cut> cuts, Receipt.Calls calls) {
    return new Receipt(
        RECEIPT.session(),
        RECEIPT.template(),
        RECEIPT.workload(),
        RECEIPT.opener(),
        RECEIPT.onBehalfOf(),
        RECEIPT.task(),
        RECEIPT.envelopes(),
        RECEIPT.openedAt(),
        RECEIPT.endedAt(),
        RECEIPT.closedAt(),
        RECEIPT.reason(),
        RECEIPT.detail(),
        cuts,
        RECEIPT.credentials(),
        calls,
        RECEIPT.chains());
  }

  @AfterEach
  void stop() {
    controlPlane.close();
  }

  @Test
  void verifiesAFileWithoutAnyServer() {
    controlPlane.close();
    var typed = verify(receipt.toString(), key);
    assertThat(typed)
        .isEqualTo(
            new Typed(
                0,
                "verified  signed by "
                    + PublicKeys.id(keys.getPublic())
                    + ", unchanged\n"
                    + "          session "
                    + ID
                    + " closed (completed): 3 calls permitted, 1 denied\n"
                    + "          credential of report-issuer for read: proven dead at 2026-03-01T12:00:00.100Z\n",
                ""));
  }

  @Test
  void saysThatThereMayHaveBeenMoreCallsWhenARecordIsNotKnownToBeComplete() throws IOException {
    var proxy = RECEIPT.cuts().getFirst();
    sign(
        withCalls(
            List.of(
                proxy,
                new Receipt.Cut("01JZ8YQ5V7N3K2M4P6R8T0W1X7", false, proxy.at(), false),
                new Receipt.Cut("01JZ8YQ5V7N3K2M4P6R8T0W1X8", true, proxy.at(), false)),
            new Receipt.Calls(3, 1, false)));
    var why = "the record of 2 proxies is not known to be complete";
    var verified = verify(receipt.toString(), key);
    assertThat(verified.exit()).isZero();
    assertThat(verified.out()).contains("verified", "there may have been more calls: " + why);
    var shown = type(controlPlane, "receipt", "show", receipt.toString());
    assertThat(shown.out())
        .contains("3 permitted, 1 denied; there may have been more: " + why)
        .containsPattern("01JZ8YQ5V7N3K2M4P6R8T0W1X4 .* complete")
        .containsPattern("01JZ8YQ5V7N3K2M4P6R8T0W1X8 .* not known to be complete");
    var json = verify(receipt.toString(), key, "-o", "json");
    assertThat(json.out()).contains("\"callsComplete\" : false");
  }

  @Test
  void verifiesTheReceiptOfASession() {
    assertThat(verify(ID, key).exit()).isZero();
  }

  @Test
  void refusesAReceiptWithOneByteChanged() throws IOException {
    for (var index = 0; index < signed.length; index += 7) {
      var changed = signed.clone();
      changed[index] ^= 1;
      Files.write(receipt, changed);
      var typed = verify(receipt.toString(), key);
      assertThat(typed.exit()).as("byte " + index).isEqualTo(1);
      assertThat(typed.out()).isEmpty();
      assertThat(typed.err()).startsWith("ambit: " + receipt).hasLineCount(1);
    }
  }

  @Test
  void saysWhenTheContentWasChanged() throws IOException {
    var text = new String(signed, java.nio.charset.StandardCharsets.UTF_8);
    var payload = text.replaceFirst("\"payload\":\"(.)", "\"payload\":\"f");
    Files.writeString(receipt, payload);
    assertThat(verify(receipt.toString(), key).err()).contains("changed after it was signed");
  }

  @Test
  void neverTrustsTheKeyOfSomebodyElse() throws IOException, NoSuchAlgorithmException {
    var other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var otherKey =
        Files.writeString(folder.resolve("other.pem"), PublicKeys.toPem(other.getPublic()));
    var typed = verify(receipt.toString(), otherKey);
    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err())
        .contains(
            "keyid: signed by " + PublicKeys.id(keys.getPublic()),
            "expected: a key given with --key");
  }

  @Test
  void oneOfSeveralKeysIsEnough() throws IOException, NoSuchAlgorithmException {
    var other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    var otherKey =
        Files.writeString(folder.resolve("other.pem"), PublicKeys.toPem(other.getPublic()));
    var typed = verify(receipt.toString(), otherKey, "--key", key.toString(), "-o", "json");
    assertThat(typed.exit()).isZero();
    assertThat(typed.out()).contains("\"verified\" : true", "\"outcome\" : \"DEAD_PROVEN\"");
  }

  @Test
  void aFileThatIsNotThereIsNotFound() {
    var typed = verify("nowhere.json", key);
    assertThat(typed.exit()).isEqualTo(3);
    assertThat(typed.err()).contains("nowhere.json: no such file (expected: a receipt");
  }

  @Test
  void aKeyThatIsNoneIsNamed() throws IOException {
    var noKey = Files.writeString(folder.resolve("no.pem"), "hello");
    var typed = verify(receipt.toString(), noKey);
    assertThat(typed.exit()).isEqualTo(64);
    assertThat(typed.err()).contains("--key: " + noKey + ": key: not PEM");
  }

  @Test
  void showsAndSavesTheReceiptAsItWasSigned() throws IOException {
    var saved = folder.resolve("saved.json");
    var typed = type(controlPlane, "receipt", "show", ID, "--save", saved.toString());
    assertThat(typed.exit()).isZero();
    assertThat(typed.out())
        .contains("3 permitted, 1 denied", "its own word", "ALIVE", "DEAD", "proven dead");
    assertThat(Files.readAllBytes(saved)).isEqualTo(signed);
  }

  @Test
  void aSessionWithoutReceiptIsNotFound() {
    controlPlane.refusal = Status.NOT_FOUND.withDescription("session_id: not CLOSED yet");
    assertThat(type(controlPlane, "receipt", "show", ID).exit()).isEqualTo(3);
  }

  @Test
  void savesKeysUnderNamesItComputesItself() throws IOException {
    controlPlane.keys =
        List.of(
            SigningKey.newBuilder()
                .setKeyId("../../etc/evil")
                .setPublicKeyPem(PublicKeys.toPem(keys.getPublic()))
                .build());
    var keysFolder = folder.resolve("keys");
    var typed = type(controlPlane, "receipt", "keys", "--save", keysFolder.toString());
    var file = keysFolder.resolve(PublicKeys.id(keys.getPublic()).substring(0, 16) + ".pem");
    assertThat(typed.exit()).isZero();
    assertThat(verify(receipt.toString(), file).exit()).isZero();
  }

  private Typed verify(String source, Path pinned, String... more) {
    var words = Stream.of("receipt", "verify", source, "--key", pinned.toString());
    return type(controlPlane, Stream.concat(words, Stream.of(more)).toArray(String[]::new));
  }

  private static final Receipt RECEIPT =
      new Receipt(
          ID,
          "fetch-report",
          "spiffe://demo.test/agent",
          "bootstrap",
          "",
          new Receipt.Task("T-1", "", ""),
          List.of(new Receipt.EnvelopeVersion(1, "ab".repeat(32))),
          Typed.NOON.minusSeconds(60),
          Typed.NOON,
          Typed.NOON.plusMillis(200),
          "COMPLETED",
          "",
          List.of(
              new Receipt.Cut("01JZ8YQ5V7N3K2M4P6R8T0W1X4", true, Typed.NOON.plusMillis(20), true)),
          List.of(
              new Receipt.CredentialEnd(
                  "01JZ8YQ5V7N3K2M4P6R8T0W1X5",
                  "report-issuer",
                  "read",
                  "https://api.demo.test:8443",
                  "01JZ8YQ5V7N3K2M4P6R8T0W1X4",
                  Optional.empty(),
                  Typed.NOON.minusSeconds(50),
                  Optional.of(Typed.NOON.minusSeconds(50)),
                  Optional.of(Typed.NOON.plusSeconds(250)),
                  List.of("items:read"),
                  Receipt.Outcome.DEAD_PROVEN,
                  Typed.NOON.plusMillis(100),
                  "",
                  1,
                  2,
                  List.of(
                      new Receipt.Probe(Typed.NOON.minusSeconds(50), "ALIVE", ""),
                      new Receipt.Probe(Typed.NOON.plusMillis(100), "DEAD", "")))),
          new Receipt.Calls(3, 1, true),
          List.of(
              new Receipt.ChainHead(
                  "spiffe://demo.test/agent",
                  "01JZ8YQ5V7N3K2M4P6R8T0W1X6",
                  8,
                  "cd".repeat(32),
                  8)));
}
