package dev.ambit.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// An upstream that records every byte of the requests it gets and answers as its script says.
public final class StubUpstream implements AutoCloseable {
  /// What one connection does.
  public interface Script {
    void serve(Conversation with) throws IOException;
  }

  private final ServerSocket server;
  private final Thread accepting;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  public final List<String> heads = new CopyOnWriteArrayList<>();
  public final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /// Request heads that came, in all.
  public final AtomicInteger served = new AtomicInteger();

  public final AtomicInteger connections = new AtomicInteger();
  public final AtomicInteger ended = new AtomicInteger();
  public volatile Script script = Conversation::answerAll;
  private volatile String[] protocols = {};

  private StubUpstream(ServerSocket server) {
    this.server = server;
    this.accepting = Thread.ofVirtual().start(this::accept);
  }

  public static StubUpstream plain() throws IOException {
    return new StubUpstream(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  /// Serves TLS with a certificate for `names` by `authority`.
  public static StubUpstream tls(CertificateAuthority authority, Validity validity, String... names)
      throws IOException, GeneralSecurityException {
    var keys = Keys.generate();
    var subjects = new SubjectName[names.length];
    for (int i = 0; i < names.length; i++) {
      subjects[i] = new SubjectName.Dns(names[i]);
    }
    var leaf = authority.issue(keys.getPublic(), Leaf.server(validity, subjects));
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry(
        "leaf", keys.getPrivate(), new char[0], new Certificate[] {leaf, authority.certificate()});
    return tls(store, new char[0]);
  }

  /// Serves TLS with the key of this store.
  public static StubUpstream tls(KeyStore store, char[] password)
      throws IOException, GeneralSecurityException {
    var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, password);
    var context = SSLContext.getInstance("TLS");
    context.init(factory.getKeyManagers(), null, null);
    return new StubUpstream(
        context
            .getServerSocketFactory()
            .createServerSocket(0, 50, InetAddress.getLoopbackAddress()));
  }

  /// Speaks these protocols over TLS, the first one rather than the others.
  public StubUpstream alpn(String... protocols) {
    this.protocols = protocols.clone();
    return this;
  }

  public int port() {
    return server.getLocalPort();
  }

  /// Everything that came, as text of one character per byte.
  public String bytes() {
    synchronized (received) {
      return received.toString(ISO_8859_1);
    }
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        var socket = server.accept();
        if (socket instanceof SSLSocket tls) {
          var parameters = tls.getSSLParameters();
          parameters.setApplicationProtocols(protocols);
          tls.setSSLParameters(parameters);
        }
        open.add(socket);
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException _) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      script.serve(new Conversation(this, socket));
    } catch (IOException _) {
      // The test says what must have come.
    } finally {
      open.remove(socket);
      ended.incrementAndGet();
    }
  }

  /// Ends every connection, as a server may at any time; new ones are welcome.
  public void hangUp() throws IOException {
    for (var socket : open) {
      socket.close();
    }
  }

  /// Forgets what came.
  public void forget() {
    heads.clear();
    served.set(0);
    connections.set(0);
    ended.set(0);
    synchronized (received) {
      received.reset();
    }
  }

  /// From here on nobody listens: a socket is closed only when the thread that accepts has left it,
  /// which may take one connection more.
  @Override
  public void close() throws IOException {
    server.close();
    try {
      accepting.join();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    hangUp();
  }

  /// One connection of it.
  public static final class Conversation {
    private final StubUpstream upstream;
    public final Socket socket;
    public final InputStream in;
    public final OutputStream out;

    Conversation(StubUpstream upstream, Socket socket) throws IOException {
      this.upstream = upstream;
      this.socket = socket;
      this.in = new Recording(new BufferedInputStream(socket.getInputStream()), upstream);
      this.out = socket.getOutputStream();
    }

    public void answerAll() throws IOException {
      while (!request().isEmpty()) {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }
    }

    /// As HTTP/2, if that is what was settled on.
    public Http2Peer http2(byte[] settings) throws IOException {
      return Http2Peer.server(in, out, settings);
    }

    public Http2Peer http2() throws IOException {
      return http2(new byte[0]);
    }

    /// Answers every HTTP/2 request as soon as it is whole.
    public void answerAllHttp2() throws IOException {
      var peer = http2();
      for (int stream = peer.nextRequest(); stream != 0; stream = peer.nextRequest()) {
        answer(peer, stream);
      }
    }

    /// Reads one HTTP/2 request to its end and answers it.
    public void answer(Http2Peer peer, int stream) throws IOException {
      var _ = peer.answer(stream);
      seen(peer, stream);
      peer.head(stream, false, ":status", "200", "content-length", "2");
      peer.data(stream, true, "ok");
    }

    /// Remembers the head of an HTTP/2 request.
    public void seen(Http2Peer peer, int stream) {
      upstream.heads.add(peer.of(stream).head.toString());
      upstream.served.incrementAndGet();
    }

    public void answer(String bytes) throws IOException {
      out.write(bytes.getBytes(ISO_8859_1));
      out.flush();
    }

    /// Reads one request and its body; empty at the end.
    public String request() throws IOException {
      var head = head();
      if (!head.isEmpty()) {
        RawAgent.body(head, in, OutputStream.nullOutputStream());
      }
      return head;
    }

    public String head() throws IOException {
      var head = RawAgent.head(in);
      if (!head.isEmpty()) {
        upstream.heads.add(head);
        upstream.served.incrementAndGet();
      }
      return head;
    }
  }

  /// Remembers what was read, up to a bound.
  private static final class Recording extends java.io.FilterInputStream {
    private static final int MAX = 1 << 20;
    private final StubUpstream upstream;

    Recording(InputStream in, StubUpstream upstream) {
      super(in);
      this.upstream = upstream;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      if (b >= 0) {
        keep(new byte[] {(byte) b}, 0, 1);
      }
      return b;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int n = super.read(bytes, from, length);
      if (n > 0) {
        keep(bytes, from, n);
      }
      return n;
    }

    private void keep(byte[] bytes, int from, int length) {
      synchronized (upstream.received) {
        if (upstream.received.size() < MAX) {
          upstream.received.write(bytes, from, length);
        }
      }
    }
  }
}
