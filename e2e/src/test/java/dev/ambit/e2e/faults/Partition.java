package dev.ambit.e2e.faults;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A wire on loopback that can be cut: passes every byte on, until it is told to drop all
/// connections and take no new one.
final class Partition implements AutoCloseable {
  private final ServerSocket listener;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
  private volatile int port;
  private volatile boolean cut;

  Partition() throws IOException {
    listener = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("partition").start(this::accept);
  }

  /// Leads to this port on loopback from now on; returns where it begins.
  int leadTo(int next) {
    port = next;
    return listener.getLocalPort();
  }

  void cut() {
    cut = true;
    ends.forEach(Partition::close);
  }

  void heal() {
    cut = false;
  }

  private void accept() {
    try {
      while (true) {
        var near = listener.accept();
        if (cut) {
          close(near);
        } else {
          connect(near);
        }
      }
    } catch (IOException _) {
      // Closed: the test is over.
    }
  }

  private void connect(Socket near) {
    try {
      var far = new Socket(InetAddress.getLoopbackAddress(), port);
      ends.add(near);
      ends.add(far);
      Thread.ofVirtual().start(() -> pass(near, far));
      Thread.ofVirtual().start(() -> pass(far, near));
    } catch (IOException _) {
      close(near);
    }
  }

  private void pass(Socket from, Socket to) {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException _) {
      // One end is gone; now the other is, too.
    } finally {
      ends.remove(from);
    }
  }

  private static void close(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException _) {
      // It is gone either way.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}
