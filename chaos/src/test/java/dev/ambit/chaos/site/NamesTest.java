package dev.ambit.chaos.site;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The name server answers as DNS does (RFC 1035), in each of its moods.
class NamesTest {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final byte[] HERE = {127, 0, 0, 1};
  private static final byte[] METADATA = {(byte) 169, (byte) 254, (byte) 169, (byte) 254};

  /// Identifier 7, recursion desired, one question: `a.test`, class IN, of a type still to come.
  private static final byte[] QUESTION = {
    0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 4, 't', 'e', 's', 't', 0, 0, 0, 0, 1
  };

  private Names names;

  @BeforeEach
  void start() throws IOException {
    names = new Names();
  }

  @AfterEach
  void stop() {
    names.close();
  }

  @Test
  void saysThatEveryNameIsThisMachine() throws IOException {
    var answer = ask(1);
    assertThat(answer.getShort(0)).isEqualTo((short) 7);
    assertThat(answer.getShort(2)).isEqualTo((short) 0x8180);
    assertThat(answer.getShort(6)).as("answers").isEqualTo((short) 1);
    assertThat(address(answer)).isEqualTo(HERE);
  }

  @Test
  void knowsNoOtherAddresses() throws IOException {
    var answer = ask(28);
    assertThat(answer.getShort(2)).isEqualTo((short) 0x8180);
    assertThat(answer.getShort(6)).as("answers").isZero();
  }

  @Test
  void failsWhenItIsToldTo() throws IOException {
    names.turns(Names.Mood.FAILING);
    assertThat(ask(1).getShort(2)).isEqualTo((short) 0x8182);
  }

  @Test
  void flipsToAnAddressThatNobodyMayDialAndBack() throws IOException {
    names.turns(Names.Mood.FLIPPING);
    assertThat(address(ask(1))).isEqualTo(METADATA);
    assertThat(address(ask(1))).isEqualTo(HERE);
    assertThat(address(ask(1))).isEqualTo(METADATA);
  }

  private static byte[] address(ByteBuffer answer) {
    var address = new byte[4];
    answer.get(answer.limit() - address.length, address);
    return address;
  }

  private ByteBuffer ask(int type) throws IOException {
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      var question = QUESTION.clone();
      question[question.length - 3] = (byte) type;
      socket.send(
          new DatagramPacket(
              question, question.length, InetAddress.getLoopbackAddress(), names.port()));
      var answer = new DatagramPacket(new byte[512], 512);
      socket.receive(answer);
      return ByteBuffer.wrap(answer.getData(), 0, answer.getLength());
    }
  }
}
