package dev.ambit.e2e.agents;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.dev.tls.Tls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/// An upstream over HTTPS whose port is known before its certificate is.
final class HttpsPeer implements AutoCloseable {
  private final HttpsServer server;

  /// Takes a port of the address; nothing is served yet.
  HttpsPeer(InetAddress address) throws IOException {
    server = HttpsServer.create(new InetSocketAddress(address, 0), 0);
  }

  /// Answers what is asked for at the path and below.
  HttpsPeer with(String path, HttpHandler handler) {
    server.createContext(path, handler);
    return this;
  }

  int port() {
    return server.getAddress().getPort();
  }

  void serve(Path certificate, Path key) throws IOException {
    server.setHttpsConfigurator(new HttpsConfigurator(Tls.server(certificate, key)));
    server.setExecutor(task -> Thread.ofVirtual().name("upstream").start(task));
    server.start();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
