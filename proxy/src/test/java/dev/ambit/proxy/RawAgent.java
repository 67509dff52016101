package dev.ambit.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// An agent that sends exactly the bytes a test names.
public final class RawAgent implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 10_000;

  private final Socket socket;
  public final InputStream in;
  public final OutputStream out;

  private final OutputStream copy;

  private RawAgent(Socket socket, OutputStream copy) throws IOException {
    this.socket = socket;
    this.copy = copy;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    this.in = new BufferedInputStream(new Copying(socket.getInputStream(), copy));
    this.out = socket.getOutputStream();
  }

  public static RawAgent connect(InetSocketAddress proxy) throws IOException {
    return connect(proxy, OutputStream.nullOutputStream());
  }

  /// Connects.
  ///
  /// @param copy gets every byte that the agent reads, inside of TLS too
  public static RawAgent connect(InetSocketAddress proxy, OutputStream copy) throws IOException {
    return new RawAgent(new Socket(proxy.getAddress(), proxy.getPort()), copy);
  }

  /// Speaks TLS on what has become a tunnel.
  ///
  /// @param serverNames sent as SNI; none for no extension
  /// @param protocols offered; none for no extension
  public RawAgent tls(
      X509Certificate trusted, String host, List<SNIServerName> serverNames, String... protocols)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("ca", trusted);
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    var secured =
        (SSLSocket) context.getSocketFactory().createSocket(socket, host, socket.getPort(), true);
    var parameters = secured.getSSLParameters();
    parameters.setServerNames(serverNames);
    parameters.setApplicationProtocols(protocols);
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    secured.startHandshake();
    return new RawAgent(secured, copy);
  }

  public RawAgent tls(X509Certificate trusted, String host, String... protocols)
      throws IOException, GeneralSecurityException {
    return tls(trusted, host, List.of(new SNIHostName(host)), protocols);
  }

  /// What the TLS handshake settled on; empty for nothing.
  public String protocol() {
    return ((SSLSocket) socket).getApplicationProtocol();
  }

  /// The certificate that it was shown inside of TLS.
  public X509Certificate shown() throws IOException {
    if (!(socket instanceof SSLSocket secured)) {
      throw new IOException("agent: not inside of TLS");
    }
    return (X509Certificate) secured.getSession().getPeerCertificates()[0];
  }

  public RawAgent send(String bytes) throws IOException {
    out.write(bytes.getBytes(ISO_8859_1));
    out.flush();
    return this;
  }

  /// Waits longer for what comes than is usual.
  public RawAgent patient(Duration patience) throws IOException {
    socket.setSoTimeout((int) patience.toMillis());
    return this;
  }

  /// Reads one whole answer; empty when the connection ended without one.
  public Answer answer() throws IOException {
    return answer(false);
  }

  /// Reads up to and with an empty line.
  public String head() throws IOException {
    return head(in);
  }

  public Answer answer(boolean toHead) throws IOException {
    String head;
    do {
      head = head(in);
    } while (head.startsWith("HTTP/1.1 100"));
    var body = new ByteArrayOutputStream();
    boolean whole = head.isEmpty() || toHead || body(head, in, body);
    return new Answer(head, body.toString(ISO_8859_1), whole);
  }

  /// Whether the peer has closed or reset the connection: waits for it.
  public boolean closed() throws IOException {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException _) {
      return false;
    } catch (IOException _) {
      return true;
    }
  }

  /// Hangs up before the test ends.
  public void leave() throws IOException {
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  /// An answer as it came.
  ///
  /// @param whole false when its body was visibly cut
  public record Answer(String head, String body, boolean whole) {
    public int status() {
      return head.isEmpty() ? 0 : Integer.parseInt(head.substring(9, 12));
    }

    public String reason() {
      var key = "\"reason\":\"";
      int from = body.indexOf(key);
      return from < 0
          ? ""
          : body.substring(from + key.length(), body.indexOf('"', from + key.length()));
    }
  }

  /// Up to and with the empty line; empty at the end of the stream.
  static String head(InputStream in) throws IOException {
    var head = new StringBuilder();
    try {
      while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
        int b = in.read();
        if (b < 0) {
          return "";
        }
        head.append((char) b);
      }
    } catch (java.net.SocketException _) {
      return "";
    }
    return head.toString();
  }

  /// Reads the body that a head announces; false when it is cut.
  static boolean body(String head, InputStream in, OutputStream to) throws IOException {
    var fields = head.toLowerCase(Locale.ROOT);
    try {
      if (fields.contains("\r\ntransfer-encoding: chunked\r\n")) {
        return chunks(in, to);
      }
      int at = fields.indexOf("\r\ncontent-length: ");
      if (at >= 0) {
        long length = Long.parseLong(fields.substring(at + 18, fields.indexOf("\r\n", at + 18)));
        return copy(in, to, length);
      }
      if (fields.startsWith("http/") && !fields.startsWith("http/1.1 204")) {
        in.transferTo(to);
      }
      return true;
    } catch (java.net.SocketException _) {
      return false;
    }
  }

  private static boolean chunks(InputStream in, OutputStream to) throws IOException {
    while (true) {
      var line = new StringBuilder();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          return false;
        }
        line.append((char) b);
      }
      int size = Integer.parseInt(line.toString().strip(), 16);
      if (!copy(in, to, size) || !copy(in, OutputStream.nullOutputStream(), 2)) {
        return false;
      }
      if (size == 0) {
        return true;
      }
    }
  }

  private static boolean copy(InputStream in, OutputStream to, long length) throws IOException {
    var buffer = new byte[64 * 1_024];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (n < 0) {
        return false;
      }
      to.write(buffer, 0, n);
      left -= n;
    }
    return true;
  }

  /// Keeps what was read.
  private static final class Copying extends java.io.FilterInputStream {
    private final OutputStream copy;

    Copying(InputStream in, OutputStream copy) {
      super(in);
      this.copy = copy;
    }

    @Override
    public int read() throws IOException {
      int b = super.read();
      if (b >= 0) {
        copy.write(b);
      }
      return b;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int n = super.read(bytes, from, length);
      if (n > 0) {
        copy.write(bytes, from, n);
      }
      return n;
    }
  }
}
