package dev.ambit.e2e.spire;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// A name server (RFC 1035, UDP) as a process: it knows a few names, all at its own address, and
/// says of every other that it does not exist. Prints what it was asked. Words: address, names.
final class NamesMain {
  private static final int PORT = 53;
  private static final int HEADER_BYTES = 12;
  private static final int QUERY_BYTES_MAX = 4_096;
  private static final int TYPE_A = 1;
  private static final int NO_SUCH_NAME = 3;
  private static final int TTL_SECONDS = 1;

  private NamesMain() {}

  public static void main(String[] words) throws IOException {
    var address = InetAddress.ofLiteral(words[0]);
    var names = List.of(words).subList(1, words.length);
    try (var socket = new DatagramSocket(new InetSocketAddress(address, PORT))) {
      System.out.println("ready");
      var packet = new DatagramPacket(new byte[QUERY_BYTES_MAX], QUERY_BYTES_MAX);
      while (true) {
        packet.setLength(QUERY_BYTES_MAX);
        socket.receive(packet);
        var answer = answer(packet.getData(), names, address.getAddress());
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      }
    }
  }

  /// The test's own programs ask well-formed questions, one at a time.
  private static byte[] answer(byte[] bytes, List<String> names, byte[] address) {
    var query = ByteBuffer.wrap(bytes);
    var id = query.getShort(0);
    query.position(HEADER_BYTES);
    var name = name(query);
    var type = query.getShort();
    var _ = query.getShort(); // class
    var question = Arrays.copyOfRange(bytes, HEADER_BYTES, query.position());
    System.out.println(name + " " + type);
    var known = names.contains(name);
    var found = known && type == TYPE_A;
    var answer = ByteBuffer.allocate(HEADER_BYTES + question.length + 16);
    answer.putShort(id).putShort((short) (0x8580 | (known ? 0 : NO_SUCH_NAME)));
    answer.putShort((short) 1).putShort((short) (found ? 1 : 0)).putInt(0).put(question);
    if (found) {
      answer.putShort((short) 0xc00c).putShort((short) TYPE_A).putShort((short) 1);
      answer.putInt(TTL_SECONDS).putShort((short) address.length).put(address);
    }
    return Arrays.copyOf(answer.array(), answer.position());
  }

  private static String name(ByteBuffer query) {
    var name = new StringBuilder();
    for (var length = query.get(); length > 0; length = query.get()) {
      var label = new byte[length];
      query.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, StandardCharsets.US_ASCII));
    }
    return name.toString();
  }
}
