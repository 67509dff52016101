package dev.ambit.proxy.decode;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a TLS ClientHello says of where it leads and what will be spoken (RFC 8446 4.1.2, RFC 6066
/// 3, RFC 7301), read strictly: one message in one record, every length exact, at most one server
/// name.
///
/// @param serverName null when there is none
/// @param protocols as offered, the most wanted first; empty when none are
/// @param encrypted whether there may be another one inside, with a server name of its own (RFC
///   9849): who looks from outside cannot tell it from a pretence
record ClientHello(@Nullable String serverName, List<String> protocols, boolean encrypted) {
  static final int RECORD_HEADER_BYTES = 5;
  static final int RECORD_BYTES_MAX = 16 * 1_024;
  private static final int HANDSHAKE = 0x16;
  private static final int CLIENT_HELLO = 1;
  private static final int SERVER_NAME = 0;
  private static final int PROTOCOLS = 16;
  private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;

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

  /// Reads it. `record` is one whole record; it is not consumed.
  static ClientHello read(ByteBuf record) throws Refused {
    var hello = record.duplicate().skipBytes(RECORD_HEADER_BYTES + 1);
    if (hello.readUnsignedMedium() != hello.readableBytes()) {
      throw Refused.malformed("The ClientHello is not one message in one record.");
    }
    take(hello, 2 + 32);
    vector(hello, 1);
    vector(hello, 2);
    vector(hello, 1);
    if (!hello.isReadable()) {
      return new ClientHello(null, List.of(), false);
    }
    var extensions = vector(hello, 2);
    whole(hello);
    return of(extensions);
  }

  private static ClientHello of(ByteBuf extensions) throws Refused {
    String name = null;
    List<String> protocols = List.of();
    boolean encrypted = false;
    while (extensions.isReadable()) {
      int type = take(extensions, 2).readUnsignedShort();
      var content = vector(extensions, 2);
      if (type == SERVER_NAME) {
        if (name != null) {
          throw Refused.malformed("The ClientHello has two server name extensions.");
        }
        name = hostName(content);
      } else if (type == PROTOCOLS) {
        if (!protocols.isEmpty()) {
          throw Refused.malformed("The ClientHello has two lists of protocols.");
        }
        protocols = protocols(content);
      } else if (type == ENCRYPTED_CLIENT_HELLO) {
        encrypted = true;
      }
    }
    return new ClientHello(name, protocols, encrypted);
  }

  /// At least one name, each of at least one byte (RFC 7301 3.1).
  private static List<String> protocols(ByteBuf extension) throws Refused {
    var list = vector(extension, 2);
    whole(extension);
    var names = new ArrayList<String>();
    while (list.isReadable()) {
      var name = vector(list, 1);
      if (!name.isReadable()) {
        throw Refused.malformed("A protocol of the ClientHello has no name.");
      }
      names.add(name.toString(ISO_8859_1));
    }
    if (names.isEmpty()) {
      throw Refused.malformed("The ClientHello lists no protocol.");
    }
    return names;
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
