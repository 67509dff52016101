package dev.ambit.proxy.resolve;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A DNS server on loopback, by UDP and TCP at one port, that answers as its script says, also what
/// no server may say (RFC 1035 4).
public final class DnsResponder implements AutoCloseable {
  public static final int A = 1;
  public static final int CNAME = 5;
  public static final int AAAA = 28;

  /// Answers queries for A; those for AAAA find nothing.
  public interface Script {
    void answer(Query query) throws IOException;
  }

  /// Queries for A, in order.
  public final List<Query> queries = new CopyOnWriteArrayList<>();

  /// TCP connections that the other side has not closed yet.
  public final AtomicInteger conversations = new AtomicInteger();

  public volatile Script script = query -> query.reply(query.message(query.id(), 0, query.name()));
  private final ServerSocket tcp;
  private final DatagramSocket udp;

  public DnsResponder() throws IOException {
    tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serveUdp);
    Thread.ofVirtual().start(this::serveTcp);
  }

  public InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), tcp.getLocalPort());
  }

  private void serveUdp() {
    try {
      while (true) {
        var packet = new DatagramPacket(new byte[4_096], 4_096);
        udp.receive(packet);
        var from = packet.getSocketAddress();
        take(
            Query.parse(
                Arrays.copyOf(packet.getData(), packet.getLength()),
                false,
                bytes -> udp.send(new DatagramPacket(bytes, bytes.length, from)),
                from));
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void serveTcp() {
    try {
      while (true) {
        try (var socket = tcp.accept()) {
          conversations.incrementAndGet();
          var in = new DataInputStream(socket.getInputStream());
          var out = new DataOutputStream(socket.getOutputStream());
          take(
              Query.parse(
                  in.readNBytes(in.readUnsignedShort()),
                  true,
                  bytes -> {
                    out.writeShort(bytes.length);
                    out.write(bytes);
                    out.flush();
                  },
                  socket.getRemoteSocketAddress()));
          var _ = in.read();
          conversations.decrementAndGet();
        }
      }
    } catch (IOException _) {
      // Closed.
    }
  }

  private void take(Query query) throws IOException {
    if (query.type() == A) {
      queries.add(query);
      script.answer(query);
    } else {
      query.reply(query.message(query.id(), 0, query.name()));
    }
  }

  @Override
  public void close() throws IOException {
    tcp.close();
    udp.close();
  }

  /// Where an answer goes.
  public interface Way {
    void send(byte[] message) throws IOException;
  }

  /// One question.
  public record Query(int id, String name, int type, boolean overTcp, Way way, SocketAddress from) {
    static Query parse(byte[] message, boolean overTcp, Way way, SocketAddress from) {
      var in = ByteBuffer.wrap(message);
      int id = in.getShort() & 0xffff;
      in.position(12);
      var name = new StringBuilder();
      for (int length = in.get(); length > 0; length = in.get()) {
        var label = new byte[length];
        in.get(label);
        name.append(new String(label, US_ASCII)).append('.');
      }
      return new Query(id, name.toString(), in.getShort(), overTcp, way, from);
    }

    public void reply(byte[] message) throws IOException {
      way.send(message);
    }

    /// A whole message.
    ///
    /// @param flags beside "answer, recursion available": 0x0200 truncated, 3 no such name
    public byte[] message(int id, int flags, String question, byte[]... records)
        throws IOException {
      var bytes = new ByteArrayOutputStream();
      var out = new DataOutputStream(bytes);
      out.writeShort(id);
      out.writeShort(0x8180 | flags);
      out.writeShort(1);
      out.writeShort(records.length);
      out.writeInt(0);
      out.write(encoded(question));
      out.writeShort(type);
      out.writeShort(1);
      for (var record : records) {
        out.write(record);
      }
      return bytes.toByteArray();
    }

    /// The right answer, with these addresses.
    public void answer(byte[]... records) throws IOException {
      reply(message(id, 0, name, records));
    }
  }

  public static byte[] address(String name, int seconds, int a, int b, int c, int d)
      throws IOException {
    return record(encoded(name), A, seconds, new byte[] {(byte) a, (byte) b, (byte) c, (byte) d});
  }

  public static byte[] alias(String name, String to) throws IOException {
    return record(encoded(name), CNAME, 60, encoded(to));
  }

  public static byte[] record(byte[] name, int type, int seconds, byte[] data) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    out.write(name);
    out.writeShort(type);
    out.writeShort(1);
    out.writeInt(seconds);
    out.writeShort(data.length);
    out.write(data);
    return bytes.toByteArray();
  }

  public static byte[] encoded(String name) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (var label : name.split("\\.", -1)) {
      if (!label.isEmpty()) {
        bytes.write(label.length());
        bytes.write(label.getBytes(US_ASCII));
      }
    }
    bytes.write(0);
    return bytes.toByteArray();
  }
}
