package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ambit.fuzz.targets.Laws;
import io.netty.buffer.Unpooled;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/// ClientHellos: nothing but a refusal comes of a broken one, how much of it has come changes no
/// verdict, and the name is the one that a naive reader finds where the extension holds it.
public final class ClientHelloTarget {
  private static final int BOUND = ClientHello.RECORD_HEADER_BYTES + ClientHello.RECORD_BYTES_MAX;

  private ClientHelloTarget() {}

  /// What Jazzer calls.
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length <= ClientHello.RECORD_HEADER_BYTES) {
      return;
    }
    int whole = recordBytes(input);
    for (int end = ClientHello.RECORD_HEADER_BYTES + 1; end < input.length; end += 7) {
      Laws.same(recordBytes(Arrays.copyOf(input, end)), whole, "length after " + end + " bytes");
    }
    Laws.hold(whole <= BOUND, "a record is bounded");
    if (whole < 0 || input.length < whole) {
      return;
    }
    var record = Arrays.copyOf(input, whole);
    Optional<String> name;
    try {
      name = Optional.ofNullable(ClientHello.read(Unpooled.wrappedBuffer(record)).serverName());
    } catch (Refused _) {
      return;
    }
    Laws.same(name, naive(record), "server name");
  }

  /// -1 when it is refused.
  private static int recordBytes(byte[] begun) {
    try {
      return ClientHello.recordBytes(Unpooled.wrappedBuffer(begun));
    } catch (Refused _) {
      return -1;
    }
  }

  /// Walks from length to length and believes all of them (RFC 8446 4.1.2).
  private static Optional<String> naive(byte[] record) {
    try {
      var in = ByteBuffer.wrap(record);
      in.position(5 + 1 + 3 + 2 + 32);
      skip(in, in.get() & 0xff);
      skip(in, in.getShort() & 0xffff);
      skip(in, in.get() & 0xff);
      if (!in.hasRemaining()) {
        return Optional.empty();
      }
      int end = (in.getShort() & 0xffff) + in.position();
      while (in.position() < end) {
        int type = in.getShort() & 0xffff;
        int length = in.getShort() & 0xffff;
        if (type == 0) {
          skip(in, 3);
          var name = new byte[in.getShort() & 0xffff];
          in.get(name);
          return Optional.of(new String(name, US_ASCII));
        }
        skip(in, length);
      }
      return Optional.empty();
    } catch (BufferUnderflowException | IllegalArgumentException broken) {
      throw new AssertionError("accepted, but a naive reader leaves the record", broken);
    }
  }

  private static void skip(ByteBuffer in, int bytes) {
    in.position(in.position() + bytes);
  }
}
