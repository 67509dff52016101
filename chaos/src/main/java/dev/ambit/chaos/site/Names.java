package dev.ambit.chaos.site;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/// The name server of the proxies: says that every name is this machine, for one second, until it
/// is told otherwise. One thread.
public final class Names implements AutoCloseable {
  private static final int HEADER_BYTES = 12;
  private static final int PACKET_BYTES = 512;
  private static final short TYPE_A = 1;
  private static final int TTL_SECONDS = 1;
  private static final int SLOW_MILLIS = 5_000;
  private static final short ANSWERED = (short) 0x8180;
  private static final short SERVER_FAILURE = (short) 0x8182;
  private static final byte[] HERE = {127, 0, 0, 1};

  /// The metadata service of clouds, which nobody may dial.
  private static final byte[] FORBIDDEN = {(byte) 169, (byte) 254, (byte) 169, (byte) 254};

  private final DatagramSocket socket;
  private volatile Mood mood = Mood.HONEST;
  private boolean flipped;

  /// How it answers.
  public enum Mood {
    /// This machine.
    HONEST,
    /// Not at all.
    DEAD,
    /// SERVFAIL.
    FAILING,
    /// After five seconds.
    SLOW,
    /// In turn this machine and an address that nobody may dial.
    FLIPPING
  }

  public Names() throws IOException {
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().name("names").start(this::serve);
  }

  public int port() {
    return socket.getLocalPort();
  }

  public void turns(Mood next) {
    mood = next;
  }

  private void serve() {
    try {
      while (true) {
        var packet = new DatagramPacket(new byte[PACKET_BYTES], PACKET_BYTES);
        socket.receive(packet);
        var now = mood;
        if (now == Mood.SLOW) {
          Thread.ofVirtual().start(() -> late(packet));
        } else if (now != Mood.DEAD) {
          answer(packet, now);
        }
      }
    } catch (IOException _) {
      // Closed: the run is over.
    }
  }

  private void late(DatagramPacket packet) {
    try {
      TimeUnit.MILLISECONDS.sleep(SLOW_MILLIS);
      answer(packet, Mood.HONEST);
    } catch (IOException _) {
      // Closed meanwhile.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(DatagramPacket packet, Mood now) throws IOException {
    var question = Arrays.copyOf(packet.getData(), packet.getLength());
    var end = endOfQuestion(question);
    if (end < 0) {
      return;
    }
    var ipv4 = ByteBuffer.wrap(question).getShort(end - 4) == TYPE_A;
    var failing = now == Mood.FAILING;
    flipped = now == Mood.FLIPPING && !flipped;
    var answer = ByteBuffer.allocate(end + 16);
    answer.put(question, 0, 2).putShort(failing ? SERVER_FAILURE : ANSWERED);
    answer.putShort((short) 1).putShort((short) (ipv4 && !failing ? 1 : 0)).putInt(0);
    answer.put(question, HEADER_BYTES, end - HEADER_BYTES);
    if (ipv4 && !failing) {
      // The name is that of the question (RFC 1035 4.1.4).
      answer.putShort((short) 0xc00c).putShort(TYPE_A).putShort((short) 1).putInt(TTL_SECONDS);
      answer.putShort((short) 4).put(flipped ? FORBIDDEN : HERE);
    }
    socket.send(new DatagramPacket(answer.array(), answer.position(), packet.getSocketAddress()));
  }

  /// Where the first question ends; negative when there is none.
  private static int endOfQuestion(byte[] packet) {
    var at = HEADER_BYTES;
    while (at < packet.length && packet[at] > 0) {
      at += packet[at] + 1;
    }
    var end = at + 5;
    return packet.length > HEADER_BYTES && end <= packet.length ? end : -1;
  }

  @Override
  public void close() {
    socket.close();
  }
}
