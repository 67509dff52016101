package dev.ambit.cli.trust;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// A server on loopback that remembers which requests reached it: a client that does not trust its
/// certificate sends none, whatever it prints or ends with.
final class TestServer implements AutoCloseable {
  private static final String HOST = "localhost";
  private static final char[] NO_PASSWORD = new char[0];
  private static final int BACKLOG = 16;

  private final Set<String> arrived = ConcurrentHashMap.newKeySet();
  private final AtomicInteger asked = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpsServer server;

  private TestServer(HttpsServer server) {
    this.server = server;
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /// Known by a leaf of the authority.
  static TestServer open(CertificateAuthority authority, Validity validity) throws IOException {
    var server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
    try {
      server.setHttpsConfigurator(new HttpsConfigurator(context(authority, validity)));
    } catch (GeneralSecurityException e) {
      throw new IOException("trust test: no TLS server can be made", e);
    }
    return new TestServer(server);
  }

  /// A URL that nobody asked for before.
  URI fresh() {
    return URI.create(
        "https://" + HOST + ":" + server.getAddress().getPort() + "/" + asked.incrementAndGet());
  }

  /// Whether a request for it, or for something below it, came.
  boolean saw(URI url) {
    return arrived.stream()
        .anyMatch(path -> path.equals(url.getPath()) || path.startsWith(url.getPath() + "/"));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      arrived.add(exchange.getRequestURI().getPath());
      var body = "trusted\n".getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Connection", "close");
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    var _ = threads.shutdownNow();
  }

  private static SSLContext context(CertificateAuthority authority, Validity validity)
      throws IOException, GeneralSecurityException {
    var keys = Keys.generate();
    var leaf = authority.issue(keys.getPublic(), Leaf.server(validity, new SubjectName.Dns(HOST)));
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        HOST, keys.getPrivate(), NO_PASSWORD, new Certificate[] {leaf, authority.certificate()});
    var managers = KeyManagerFactory.getInstance("PKIX");
    managers.init(store, NO_PASSWORD);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return context;
  }
}
