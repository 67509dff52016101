package dev.ambit.e2e.faults;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Many agents that send the same request at the same instant, each on a connection of its own that
/// it keeps from race to race.
final class Racers implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final int[] ports;
  private final CyclicBarrier orders;
  private final CyclicBarrier gun;
  private final CyclicBarrier finish;
  private final String[] answers;
  private volatile String request = "";
  private volatile boolean fresh;
  private volatile boolean over;

  /// @param ports where proxies listen on loopback; the racers spread over them evenly
  Racers(int count, int... ports) {
    this.ports = ports.clone();
    this.orders = new CyclicBarrier(count + 1);
    this.gun = new CyclicBarrier(count);
    this.finish = new CyclicBarrier(count + 1);
    this.answers = new String[count];
    for (var index = 0; index < count; index++) {
      var number = index;
      Thread.ofPlatform().daemon().name("racer-" + index).start(() -> run(number));
    }
  }

  /// Sends a GET from everyone at once and returns what each was answered: the status, and the
  /// reason of a refusal.
  ///
  /// @param anew on new connections: one belongs to the session it was first used for
  List<String> race(String authority, String path, boolean anew)
      throws InterruptedException, BrokenBarrierException, TimeoutException {
    request = "GET http://" + authority + path + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n";
    fresh = anew;
    orders.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    finish.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    return List.copyOf(Arrays.asList(answers));
  }

  private void run(int number) {
    var racer = new Racer();
    try {
      while (!over) {
        orders.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        if (fresh) {
          racer.connect(ports[number % ports.length]);
        }
        gun.await();
        answers[number] = racer.ask(request);
        finish.await();
      }
    } catch (InterruptedException | BrokenBarrierException | TimeoutException | IOException lost) {
      if (!over) {
        // Whoever waits for this racer learns it by a broken barrier.
        finish.reset();
        throw new AssertionError("racer " + number, lost);
      }
    } finally {
      racer.leave();
    }
  }

  @Override
  public void close() {
    over = true;
    orders.reset();
  }

  /// One agent on one connection. Confined to its thread.
  private static final class Racer {
    private Socket socket = new Socket();
    private InputStream in = InputStream.nullInputStream();

    void connect(int port) throws IOException {
      leave();
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      // Tens of thousands of connections must not wait for their ports.
      socket.setSoLinger(true, 0);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    String ask(String request) throws IOException {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      var status = line().substring("HTTP/1.1 ".length()).substring(0, 3);
      var length = 0;
      for (var field = line(); !field.isEmpty(); field = line()) {
        if (field.regionMatches(true, 0, "content-length:", 0, 15)) {
          length = Integer.parseInt(field.substring(15).strip());
        }
      }
      var body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
      var reason = body.indexOf("\"reason\":\"");
      return reason < 0
          ? status
          : status + " " + body.substring(reason + 10, body.indexOf('"', reason + 10));
    }

    private String line() throws IOException {
      var line = new StringBuilder();
      for (var next = in.read(); next != '\n'; next = in.read()) {
        if (next < 0) {
          throw new IOException("closed by the proxy");
        }
        if (next != '\r') {
          line.append((char) next);
        }
      }
      return line.toString();
    }

    void leave() {
      try {
        socket.close();
      } catch (IOException _) {
        // It is gone either way.
      }
    }
  }
}
