package dev.ambit.envelope;

/// Envelopes as canonical JSON: keys in a fixed order, no white space, UTF-8. The digest is SHA-256
/// over exactly these bytes, so that anyone can recompute it. Decoding refuses every unknown key: a
/// restriction that is not understood is not enforced.
public final class EnvelopeCodec {
  /// More than this is refused on both sides.
  public static final int BYTES_MAX = 256 * 1_024;

  private EnvelopeCodec() {}

  public static byte[] encode(Envelope envelope) {
    throw new UnsupportedOperationException();
  }

  /// Returns the envelope, or why the bytes are none.
  public static Parsed<Envelope> decode(byte[] json) {
    throw new UnsupportedOperationException();
  }

  /// SHA-256 over the bytes, 32 bytes.
  public static byte[] digest(byte[] json) {
    throw new UnsupportedOperationException();
  }
}
