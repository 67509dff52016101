package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reads the server name out of a TLS ClientHello (RFC 8446 4.1.2, RFC 6066 3), strictly: one
/// message in one record, every length exact, at most one server name.
final class ClientHello {
  static final int RECORD_HEADER_BYTES = 5;
  static final int RECORD_BYTES_MAX = 16 * 1_024;
  private static final int HANDSHAKE = 0x16;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_NAME = 0;

  private ClientHello() {}

  /// The whole length of the record that begins here, header included.
  static int recordBytes(ByteBuf in) throws Refused {
    int at = in.readerIndex();
    int length = in.getUnsignedShort(at + 3);
    if (in.getUnsignedByte(at) != HANDSHAKE
        || in.getUnsignedByte(at + 1) != 3
        || length < 4
        || length > RECORD_BYTES_MAX
        || in.getUnsignedByte(at + RECORD_HEADER_BYTES) != CLIENT_HELLO) {
      throw Refused.malformed("The tunnel does not begin with a ClientHello.");
    }
    return RECORD_HEADER_BYTES + length;
  }

  /// The server name, null when there is none. `record` is one whole record; it is not consumed.
  static @Nullable String serverName(ByteBuf record) throws Refused {
    var hello = record.duplicate().skipBytes(RECORD_HEADER_BYTES + 1);
    if (hello.readUnsignedMedium() != hello.readableBytes()) {
      throw Refused.malformed("The ClientHello is not one message in one record.");
    }
    take(hello, 2 + 32);
    vector(hello, 1);
    vector(hello, 2);
    vector(hello, 1);
    if (!hello.isReadable()) {
      return null;
    }
    var extensions = vector(hello, 2);
    whole(hello);
    return serverNameOf(extensions);
  }

  private static @Nullable String serverNameOf(ByteBuf extensions) throws Refused {
    String name = null;
    while (extensions.isReadable()) {
      int type = take(extensions, 2).readUnsignedShort();
      var content = vector(extensions, 2);
      if (type == SERVER_NAME) {
        if (name != null) {
          throw Refused.malformed("The ClientHello has two server name extensions.");
        }
        name = hostName(content);
      }
    }
    return name;
  }

  private static String hostName(ByteBuf extension) throws Refused {
    var list = vector(extension, 2);
    whole(extension);
    int type = take(list, 1).readUnsignedByte();
    var name = vector(list, 2);
    whole(list);
    // RFC 6066 3: ASCII. What else a byte would mean depends on who reads it.
    if (type != 0
        || !name.isReadable()
        || name.forEachByte(each -> each > ' ' && each < 0x7f) >= 0) {
      throw Refused.malformed("The server name is not exactly one host name.");
    }
    return name.toString(US_ASCII);
  }

  private static ByteBuf vector(ByteBuf in, int lengthBytes) throws Refused {
    var length = take(in, lengthBytes);
    return take(in, lengthBytes == 1 ? length.readUnsignedByte() : length.readUnsignedShort());
  }

  private static ByteBuf take(ByteBuf in, int bytes) throws Refused {
    if (in.readableBytes() < bytes) {
      throw Refused.malformed("A length in the ClientHello is wrong.");
    }
    return in.readSlice(bytes);
  }

  private static void whole(ByteBuf in) throws Refused {
    if (in.isReadable()) {
      throw Refused.malformed("A length in the ClientHello is wrong.");
    }
  }
}
