package dev.ambit.cli.receipt;

import com.google.protobuf.ByteString;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.GetReceiptRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// A receipt as it was signed, read and not yet believed.
///
/// @param source the file or session it came from, for messages
/// @param bytes the DSSE envelope in JSON
/// @param dsse the same, parsed
public record ReceiptFile(String source, ByteString bytes, Dsse dsse) {
  private static final Pattern SESSION = Pattern.compile("[0-9A-HJKMNP-TV-Z]{26}");

  /// Reads a file, or asks the control plane when the argument is the identifier of a session and
  /// no file of that name is there.
  public static ReceiptFile find(String fileOrSession, Supplier<ControlPlane> connect) {
    if (SESSION.matcher(fileOrSession).matches() && !Files.exists(Path.of(fileOrSession))) {
      try (var controlPlane = connect.get()) {
        return ofSession(fileOrSession, controlPlane);
      }
    }
    return ofFile(Path.of(fileOrSession));
  }

  /// Asks the control plane.
  public static ReceiptFile ofSession(String session, ControlPlane controlPlane) {
    var receipt =
        controlPlane
            .receipts()
            .getReceipt(GetReceiptRequest.newBuilder().setSessionId(session).build())
            .getReceipt();
    return of("session " + session, receipt);
  }

  private static ReceiptFile ofFile(Path file) {
    try {
      if (!Files.isRegularFile(file)) {
        throw new Failure(
            ExitCode.NOT_FOUND,
            file + ": no such file (expected: a receipt, or the identifier of a session)");
      }
      if (Files.size(file) > Dsse.BYTES_MAX) {
        throw new Failure(
            ExitCode.REFUSED,
            file + ": too large (expected: at most " + Dsse.BYTES_MAX + " bytes)");
      }
      return of(file.toString(), ByteString.copyFrom(Files.readAllBytes(file)));
    } catch (IOException unreadable) {
      throw new Failure(
          ExitCode.NOT_FOUND,
          file + ": cannot be read (" + unreadable.getClass().getSimpleName() + ")",
          unreadable);
    }
  }

  private static ReceiptFile of(String source, ByteString bytes) {
    return switch (Dsse.parse(bytes.toByteArray())) {
      case Parsed.Ok<Dsse>(var dsse) -> new ReceiptFile(source, bytes, dsse);
      case Parsed.Malformed<Dsse>(var why) ->
          throw new Failure(
              ExitCode.REFUSED, source + ": not a receipt, or changed since it was signed: " + why);
    };
  }

  /// What it says, whether or not the signature holds.
  public Receipt receipt() {
    if (!dsse.payloadType().equals(Receipt.PAYLOAD_TYPE)) {
      throw new Failure(
          ExitCode.REFUSED,
          source
              + ": payloadType: another kind of statement (expected: "
              + Receipt.PAYLOAD_TYPE
              + ")");
    }
    return switch (Receipt.parse(dsse.payload())) {
      case Parsed.Ok<Receipt>(var receipt) -> receipt;
      case Parsed.Malformed<Receipt>(var why) ->
          throw new Failure(ExitCode.REFUSED, source + ": payload: " + why);
    };
  }
}
