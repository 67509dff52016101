package dev.ambit.e2e.agents;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// An upstream of a protocol of its own: it speaks first, as mail servers and some databases do,
/// then says back what it hears. It remembers what came.
final class FirstSpeaker implements AutoCloseable {
  static final String GREETING = "220 ready";

  private final ServerSocket server = new ServerSocket();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final AtomicInteger ended = new AtomicInteger();

  /// Takes a port of the address; nothing is served yet.
  FirstSpeaker(InetAddress address) throws IOException {
    server.bind(new InetSocketAddress(address, 0));
  }

  /// Not by a thread that has entered a network: the carriers of virtual threads would be begun in
  /// it, too.
  void serve() {
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /// Lines that came, over all connections; an empty one for each connection that was made.
  List<String> heard() {
    return List.copyOf(heard);
  }

  /// Connections that are no more.
  int ended() {
    return ended.get();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    heard.add("");
    try (socket;
        var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))) {
      say(socket, GREETING);
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        heard.add(line);
        say(socket, "you said " + line);
      }
    } catch (IOException _) {
      // Cut: the test says when it must be.
    } finally {
      ended.incrementAndGet();
    }
  }

  private static void say(Socket socket, String line) throws IOException {
    socket.getOutputStream().write((line + "\n").getBytes(US_ASCII));
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
