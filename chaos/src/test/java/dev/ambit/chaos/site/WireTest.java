package dev.ambit.chaos.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A wire does to bytes what its weather says, and nothing else.
class WireTest {
  private static final int PATIENCE_MILLIS = 20_000;
  private static final int A_WHILE_MILLIS = 200;

  private ServerSocket server;
  private Wire wire;

  @BeforeEach
  void lay() throws IOException {
    server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    server.setSoTimeout(PATIENCE_MILLIS);
    wire = new Wire("test");
    wire.leadTo(server.getLocalPort());
  }

  @AfterEach
  void take() throws IOException {
    wire.close();
    server.close();
  }

  @Test
  void passesBytesAndEndsOnInBothDirections() throws IOException {
    try (var near = connect();
        var far = server.accept()) {
      say(near, "question");
      assertThat(hear(far, 8)).isEqualTo("question");
      near.shutdownOutput();
      assertThat(far.getInputStream().read()).isNegative();
      say(far, "answer");
      assertThat(hear(near, 6)).isEqualTo("answer");
      far.shutdownOutput();
      assertThat(near.getInputStream().read()).isNegative();
    }
  }

  @Test
  void resetsWhatThereIsAndWhatComesWhileItRefuses() throws IOException {
    try (var near = connect();
        var far = server.accept()) {
      say(near, "x");
      assertThat(hear(far, 1)).isEqualTo("x");
      wire.turns(new Weather.Refused());
      assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    try (var next = connect()) {
      assertThatThrownBy(() -> next.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void holdsBytesWhileItSwallowsAndLetsThemGoAfterwards() throws IOException {
    try (var near = connect();
        var far = server.accept()) {
      wire.turns(new Weather.Swallowed());
      say(near, "held");
      far.setSoTimeout(A_WHILE_MILLIS);
      assertThatThrownBy(() -> far.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      far.setSoTimeout(PATIENCE_MILLIS);
      wire.turns(new Weather.Clear());
      assertThat(hear(far, 4)).isEqualTo("held");
    }
  }

  @Test
  void resetsBothEndsWhenMoreThanTheChosenBytesHavePassed() throws IOException {
    wire.turns(new Weather.Torn(4, /* back= */ false));
    try (var near = connect();
        var far = server.accept()) {
      say(near, "1234");
      assertThat(hear(far, 4)).isEqualTo("1234");
      say(far, "answers may pass");
      assertThat(hear(near, 16)).isEqualTo("answers may pass");
      say(near, "5");
      assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void endsOneDirectionAndLeavesTheOther() throws IOException {
    wire.turns(new Weather.HalfClosed(4, /* back= */ true));
    try (var near = connect();
        var far = server.accept()) {
      say(far, "12345");
      assertThat(near.getInputStream().read()).isNegative();
      say(near, "still here");
      assertThat(hear(far, 10)).isEqualTo("still here");
    }
  }

  @Test
  void isLateByAtLeastTheDelay() throws IOException {
    wire.turns(new Weather.Slow(Duration.ofMillis(A_WHILE_MILLIS), /* forth= */ true));
    try (var near = connect();
        var far = server.accept()) {
      var began = System.nanoTime();
      say(near, "late");
      assertThat(hear(far, 4)).isEqualTo("late");
      assertThat(Duration.ofNanos(System.nanoTime() - began))
          .isGreaterThanOrEqualTo(Duration.ofMillis(A_WHILE_MILLIS));
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), wire.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static void say(Socket socket, String words) throws IOException {
    socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
  }

  private static String hear(Socket socket, int bytes) throws IOException {
    socket.setSoTimeout(PATIENCE_MILLIS);
    return new String(socket.getInputStream().readNBytes(bytes), StandardCharsets.US_ASCII);
  }
}
