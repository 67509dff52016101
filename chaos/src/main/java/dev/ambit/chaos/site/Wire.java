package dev.ambit.chaos.site;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// A wire on loopback that can be disturbed: passes every byte on in both directions, until it is
/// told otherwise. At most 1,024 connections; one more is refused. Thread-safe; each direction of a
/// connection has a virtual thread.
public final class Wire implements AutoCloseable {
  private static final int CONNECTIONS_MAX = 1_024;
  private static final int BACKLOG = 256;
  private static final int BYTES_AT_ONCE = 8 * 1_024;
  private static final int HOLD_MILLIS = 20;

  private final ServerSocket listener;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
  private final Semaphore room = new Semaphore(CONNECTIONS_MAX);
  private volatile int farPort;
  private volatile Weather weather = new Weather.Clear();

  /// Listens on a port that the system chooses.
  public Wire(String name) throws IOException {
    listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("wire-" + name).start(this::accept);
  }

  /// Leads to this port on loopback from now on.
  public void leadTo(int port) {
    farPort = port;
  }

  /// Where it begins.
  public int port() {
    return listener.getLocalPort();
  }

  /// Changes what happens to bytes and connections from now on.
  public void turns(Weather next) {
    weather = next;
    if (next instanceof Weather.Refused) {
      ends.forEach(Wire::reset);
    }
  }

  private void accept() {
    try {
      while (true) {
        var near = listener.accept();
        if (weather instanceof Weather.Refused || !room.tryAcquire()) {
          reset(near);
        } else {
          Thread.ofVirtual().name("wire").start(() -> connect(near));
        }
      }
    } catch (IOException _) {
      // Closed: the run is over.
    }
  }

  /// Both directions of one connection; returns when both have ended.
  private void connect(Socket near) {
    try (near;
        var far = new Socket(InetAddress.getLoopbackAddress(), farPort)) {
      near.setTcpNoDelay(true);
      far.setTcpNoDelay(true);
      ends.add(near);
      ends.add(far);
      try {
        var there = Thread.ofVirtual().name("wire").start(() -> pass(near, far, Direction.FORTH));
        pass(far, near, Direction.BACK);
        there.join();
      } finally {
        ends.remove(near);
        ends.remove(far);
      }
    } catch (IOException _) {
      // The far end is down, or one of both went: so does the other.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      room.release();
    }
  }

  /// Which way bytes go.
  private enum Direction {
    /// From whoever connected.
    FORTH,
    /// To whoever connected.
    BACK
  }

  private void pass(Socket from, Socket to, Direction direction) {
    var bytes = new byte[BYTES_AT_ONCE];
    long passed = 0;
    try {
      while (true) {
        var read = from.getInputStream().read(bytes);
        if (read < 0) {
          to.shutdownOutput();
          return;
        }
        passed += read;
        if (!may(passed, read, direction, from, to)) {
          return;
        }
        to.getOutputStream().write(bytes, 0, read);
      }
    } catch (IOException _) {
      reset(from);
      reset(to);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /// Whether these bytes go on, after whatever time the weather takes.
  private boolean may(long passed, int now, Direction direction, Socket from, Socket to)
      throws IOException, InterruptedException {
    while (weather instanceof Weather.Swallowed && !from.isClosed()) {
      TimeUnit.MILLISECONDS.sleep(HOLD_MILLIS);
    }
    switch (weather) {
      case Weather.Slow(var delay, boolean forth) when forth || direction == Direction.BACK ->
          TimeUnit.NANOSECONDS.sleep(delay.toNanos());
      case Weather.Narrow(int bytesASecond) ->
          TimeUnit.NANOSECONDS.sleep(TimeUnit.SECONDS.toNanos(1) * now / bytesASecond);
      case Weather.Torn(long after, boolean back)
          when back == (direction == Direction.BACK) && passed > after -> {
        reset(from);
        reset(to);
        return false;
      }
      case Weather.HalfClosed(long after, boolean back)
          when back == (direction == Direction.BACK) && passed > after -> {
        to.shutdownOutput();
        return false;
      }
      case Weather.Slow _, Weather.Torn _, Weather.HalfClosed _ -> {}
      case Weather.Clear _, Weather.Refused _, Weather.Swallowed _ -> {}
    }
    return true;
  }

  private static void reset(Socket socket) {
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
    ends.forEach(Wire::reset);
  }
}
