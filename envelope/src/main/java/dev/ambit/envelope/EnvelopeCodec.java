package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.util.Arrays;

/// Envelopes as canonical JSON: keys in a fixed order, no white space, UTF-8. The digest is SHA-256
/// over exactly these bytes, so that anyone can recompute it. Decoding refuses every unknown key: a
/// restriction that is not understood is not enforced. It also refuses every other spelling of the
/// same envelope: what decodes, encodes to the same bytes.
public final class EnvelopeCodec {
  /// More than this is refused on both sides.
  public static final int BYTES_MAX = 256 * 1_024;

  /// Four levels down to a condition, its own, and a list at its leaves.
  private static final int DEPTH_MAX = 4 + Condition.DEPTH_MAX + 1;

  private static final int DIGITS_MAX = 24;

  static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEPTH_MAX)
                  .maxDocumentLength(BYTES_MAX)
                  .maxStringLength(BYTES_MAX)
                  .maxNumberLength(DIGITS_MAX)
                  .maxNameLength(256)
                  .build())
          .build();

  private EnvelopeCodec() {}

  /// The canonical bytes. Throws [IllegalArgumentException] for an envelope that is too large.
  public static byte[] encode(Envelope envelope) {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      new EnvelopeWriter(json).write(envelope);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a byte array does not fail
    }
    if (bytes.size() > BYTES_MAX) {
      throw new IllegalArgumentException(
          "envelope: " + bytes.size() + " bytes (expected: at most " + BYTES_MAX + ")");
    }
    return bytes.toByteArray();
  }

  /// Returns the envelope, or why the bytes are none.
  public static Parsed<Envelope> decode(byte[] json) {
    if (json.length > BYTES_MAX) {
      return Parsed.malformed("envelope: too large (expected: at most 262144 bytes)");
    }
    Envelope envelope;
    try (var parser = JSON.createParser(json)) {
      envelope = new EnvelopeParser(parser).read();
    } catch (IOException _) {
      return Parsed.malformed("envelope: broken JSON, or out of bounds (expected: canonical JSON)");
    } catch (DateTimeException | ArithmeticException _) {
      return Parsed.malformed("envelope: time or number out of bounds (expected: canonical JSON)");
    } catch (IllegalArgumentException e) {
      return Parsed.malformed("envelope: " + e.getMessage());
    }
    return Arrays.equals(encode(envelope), json)
        ? Parsed.ok(envelope)
        : Parsed.malformed("envelope: another spelling (expected: canonical JSON)");
  }

  /// SHA-256 over the bytes, 32 bytes.
  public static byte[] digest(byte[] json) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(json);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
