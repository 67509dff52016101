package dev.ambit.chaos.fault;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/// F13: memory of a proxy is used up by connections that send most of a long head and then nothing.
/// A proxy that gives up is started again, as after a kill.
///
/// @param held the connections, of which there is a bound
record HalfSaid(int proxy, int connections, List<Socket> held) implements Fault {
  private static final int CONNECTIONS_MIN = 100;
  private static final int CONNECTIONS_MAX = 400;
  private static final int CONNECT_MILLIS = 500;
  private static final String HEAD =
      "GET http://api.demo.test/ HTTP/1.1\r\nHost: api.demo.test\r\n"
          + ("X-Filler: " + "x".repeat(1_000) + "\r\n").repeat(14);

  static Fault draw(Random random) {
    return new HalfSaid(
        random.nextInt(2),
        random.nextInt(CONNECTIONS_MIN, CONNECTIONS_MAX + 1),
        new CopyOnWriteArrayList<>());
  }

  @Override
  public String id() {
    return "F13";
  }

  @Override
  public String what() {
    return connections + " connections to proxy-" + (proxy + 1) + " send most of a head";
  }

  @Override
  public Set<Hop> disturbs() {
    return Set.of(Hop.PROXY);
  }

  @Override
  public void begin(Ground ground) {
    var at =
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), ground.site().proxies().get(proxy).ports().agents());
    Thread.ofVirtual().name("half-said").start(() -> open(at));
  }

  private void open(InetSocketAddress at) {
    for (var count = 0; count < connections; count++) {
      var socket = new Socket();
      held.add(socket);
      try {
        socket.connect(at, CONNECT_MILLIS);
        socket.getOutputStream().write(HEAD.getBytes(ISO_8859_1));
      } catch (IOException _) {
        return; // Refused, which is one way to hold: or the fault has cleared.
      }
    }
  }

  @Override
  public void clear(Ground ground) throws IOException {
    for (var socket : held) {
      socket.close();
    }
    held.clear();
    var one = ground.site().proxies().get(proxy);
    if (!one.process().isAlive()) {
      one.kill();
      one.restart();
    }
  }
}
