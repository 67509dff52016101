package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Limits;

/// Follows the framing of one chunked body byte by byte (RFC 9112 7.1): hex size, no extension,
/// CRLF and nothing else. Knows where data lies, where the trailer section begins and where the
/// body ends.
final class ChunkFraming {
  private static final int SIZE_DIGITS_MAX = 7;

  private enum At {
    SIZE,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILER,
    TRAILER_LF,
    DONE
  }

  private final Limits limits;
  private final StringBuilder trailer = new StringBuilder();
  private At at = At.SIZE;
  private int digits;
  private int size;
  private int trailerBytes;
  private boolean trailers;

  ChunkFraming(Limits limits) {
    this.limits = limits;
  }

  /// Bytes of data that may be skipped from here.
  int data() {
    return at == At.DATA ? size : 0;
  }

  void skip(int bytes) {
    size -= bytes;
    if (size == 0) {
      at = At.DATA_CR;
    }
  }

  /// Whether the next byte belongs to the trailer section, which is read and thrown away.
  boolean inTrailer() {
    return at == At.TRAILER || at == At.TRAILER_LF;
  }

  /// Whether a size line has been read whole.
  boolean sized() {
    return at == At.DATA || inTrailer() || at == At.DONE;
  }

  boolean done() {
    return at == At.DONE;
  }

  /// Whether trailer fields came.
  boolean trailers() {
    return trailers;
  }

  /// Takes one byte that is not data.
  void step(byte b) throws Refused {
    at =
        switch (at) {
          case SIZE -> size(b);
          case SIZE_LF -> feed(b, size == 0 ? At.TRAILER : At.DATA);
          case DATA_CR -> expect(b, '\r', At.DATA_LF);
          case DATA_LF -> nextSize(b);
          case TRAILER -> trailer(b);
          case TRAILER_LF -> endOfTrailerLine(b);
          case DATA, DONE -> throw new IllegalStateException("not framing");
        };
  }

  private At size(byte b) throws Refused {
    int value = Ascii.hex(b);
    if (value >= 0 && digits < SIZE_DIGITS_MAX) {
      digits++;
      size = size << 4 | value;
      return At.SIZE;
    }
    if (b == '\r' && digits > 0) {
      return At.SIZE_LF;
    }
    throw Refused.malformed("A chunk size is not plain hex.");
  }

  private At nextSize(byte b) throws Refused {
    digits = 0;
    size = 0;
    return feed(b, At.SIZE);
  }

  private At trailer(byte b) throws Refused {
    if (++trailerBytes > limits.trailerBytes()) {
      throw Refused.limit("The trailers are too large.");
    }
    if (b == '\r') {
      return At.TRAILER_LF;
    }
    if (b != '\t' && (b < 0x20 || b == 0x7f)) {
      throw Refused.malformed("A trailer holds a byte that is not printable ASCII.");
    }
    trailer.append((char) b);
    return At.TRAILER;
  }

  private At endOfTrailerLine(byte b) throws Refused {
    expect(b, '\n', At.TRAILER);
    if (trailer.isEmpty()) {
      return At.DONE;
    }
    HeadLines.field(trailer.toString());
    trailers = true;
    trailer.setLength(0);
    return At.TRAILER;
  }

  private static At feed(byte b, At next) throws Refused {
    return expect(b, '\n', next);
  }

  private static At expect(byte b, char wanted, At next) throws Refused {
    if (b != wanted) {
      throw Refused.malformed("A chunk is not framed by CRLF.");
    }
    return next;
  }
}
