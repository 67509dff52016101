package dev.ambit.bench.origin;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/// A port that lets nobody connect and refuses nobody: its queue is full, and Linux then drops what
/// asks for more (listen(2), accept(2)).
public final class Hole implements AutoCloseable {
  private static final int QUEUE = 1;

  private final ServerSocketChannel server;
  private final List<SocketChannel> fillers;

  private Hole(ServerSocketChannel server, List<SocketChannel> fillers) {
    this.server = server;
    this.fillers = fillers;
  }

  public static Hole open(InetAddress address) throws IOException {
    var server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(address, 0), QUEUE);
    var fillers = new ArrayList<SocketChannel>();
    // One more than the queue holds, and some for good measure: the last of them wait for ever.
    for (var i = 0; i < QUEUE + 4; i++) {
      var filler = SocketChannel.open();
      filler.configureBlocking(false);
      var _ = filler.connect(server.getLocalAddress());
      fillers.add(filler);
    }
    return new Hole(server, fillers);
  }

  public int port() throws IOException {
    return ((InetSocketAddress) server.getLocalAddress()).getPort();
  }

  @Override
  public void close() {
    try {
      for (var filler : fillers) {
        filler.close();
      }
      server.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
