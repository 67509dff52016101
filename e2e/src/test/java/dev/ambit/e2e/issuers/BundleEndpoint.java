package dev.ambit.e2e.issuers;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.tls.Tls;
import dev.ambit.e2e.spire.RealSpire;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/// Serves the bundle of a real SPIRE over https, as it is at each request.
final class BundleEndpoint implements Closeable {
  private final HttpsServer server;

  private BundleEndpoint(HttpsServer server) {
    this.server = server;
  }

  static BundleEndpoint start(RealSpire spire, ServerCertificate certificate) throws IOException {
    var server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 8);
    server.setHttpsConfigurator(
        new HttpsConfigurator(Tls.server(certificate.certificate(), certificate.key())));
    server.createContext(
        "/bundle",
        exchange -> {
          try (exchange) {
            var bundle = spire.bundle().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, bundle.length);
            exchange.getResponseBody().write(bundle);
          }
        });
    server.start();
    return new BundleEndpoint(server);
  }

  String url() {
    return "https://localhost:" + server.getAddress().getPort() + "/bundle";
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
