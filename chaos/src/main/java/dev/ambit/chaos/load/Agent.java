package dev.ambit.chaos.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// An agent on one connection through one proxy: CONNECT, TLS that trusts the proxy's authority,
/// then calls, one after the other. Confined to its thread, which blocks.
final class Agent implements AutoCloseable {
  private static final int CONNECT_MILLIS = 2_000;
  private static final int SILENCE_MILLIS = 20_000;
  private static final int HEAD_BYTES_MAX = 32 * 1_024;
  private static final int BODY_BYTES_MAX = 64 * 1_024;
  private static final int SIP_BYTES = 4 * 1_024;
  private static final int SIP_MILLIS = 15;
  private static final Pattern REASON = Pattern.compile("\"reason\":\"([a-z_]{1,64})\"");

  private final Door door;
  private final String handle;
  private @Nullable Socket socket;
  private InputStream in = InputStream.nullInputStream();

  /// The way to the upstream.
  ///
  /// @param proxyPort on loopback
  /// @param host name of the upstream
  /// @param port of the upstream, as agents name it
  record Door(int proxyPort, SSLContext tls, String host, int port) {
    String authority() {
      return host + ":" + port;
    }
  }

  /// @param handle of the session that it works for
  Agent(Door door, String handle) {
    this.door = door;
    this.handle = handle;
  }

  /// Makes a call and sees it to its end.
  Said call(Ask ask) {
    try {
      if (socket == null) {
        var refused = connect();
        if (refused != null) {
          close();
          return refused;
        }
      }
      var said = exchange(ask);
      if (said.lost()) {
        close();
      }
      return said;
    } catch (IOException failed) {
      close();
      return Said.failed(String.valueOf(failed.getMessage()).replaceAll("[^ -~]", "?"));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      close();
      return Said.failed("interrupted");
    }
  }

  /// Opens the tunnel; what the proxy said when it did not.
  private @Nullable Said connect() throws IOException, InterruptedException {
    var plain = new Socket();
    socket = plain;
    plain.setTcpNoDelay(true);
    plain.setSoTimeout(SILENCE_MILLIS);
    plain.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), door.proxyPort()), CONNECT_MILLIS);
    var authority = door.authority();
    plain
        .getOutputStream()
        .write(
            ("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n")
                .getBytes(ISO_8859_1));
    in = plain.getInputStream();
    var head = head();
    if (head.status() != 200) {
      return refusal(head);
    }
    var secure =
        (SSLSocket)
            door.tls().getSocketFactory().createSocket(plain, door.host(), door.port(), true);
    socket = secure;
    var parameters = secure.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secure.setSSLParameters(parameters);
    secure.startHandshake();
    in = new BufferedInputStream(secure.getInputStream());
    return null;
  }

  private Said exchange(Ask ask) throws IOException, InterruptedException {
    if (socket == null) {
      throw new IOException("not connected");
    }
    var body = ask.body();
    var request =
        ask.method()
            + " "
            + ask.target()
            + " HTTP/1.1\r\nHost: "
            + door.authority()
            + "\r\nAmbit-Session: "
            + handle
            + "\r\nX-Call: "
            + ask.id()
            + "\r\n"
            + (body.isEmpty() ? "" : "Content-Length: " + body.length() + "\r\n")
            + "\r\n"
            + body;
    socket.getOutputStream().write(request.getBytes(ISO_8859_1));
    if (ask.kind() == Ask.Kind.PART) {
      socket.shutdownOutput();
    }
    var head = head();
    if (head.problem()) {
      return refusal(head);
    }
    var whole =
        switch (ask.kind()) {
          case STREAM -> follow(ask.lasts());
          case SLOW -> sip(head.length());
          case READ, PART, WRITE, DELETE, PRY -> head.length() >= 0 && skip(head.length());
        };
    return new Said(
        Integer.toString(head.status()),
        whole,
        !whole || ask.kind() == Ask.Kind.STREAM || ask.kind() == Ask.Kind.PART);
  }

  private Said refusal(Head head) throws IOException, InterruptedException {
    var body = new String(in.readNBytes(Math.clamp(head.length(), 0, BODY_BYTES_MAX)), ISO_8859_1);
    var reason = REASON.matcher(body.replace(" ", ""));
    return new Said(
        head.status() + (reason.find() ? " " + reason.group(1) : ""), false, head.closes());
  }

  /// Reads events until it has had enough; whether the stream was still there then.
  private boolean follow(Duration lasts) throws IOException {
    var end = System.nanoTime() + lasts.toNanos();
    var bytes = new byte[SIP_BYTES];
    while (System.nanoTime() < end) {
      if (in.read(bytes) < 0) {
        return false;
      }
    }
    return true;
  }

  private boolean sip(long length) throws IOException, InterruptedException {
    var bytes = new byte[SIP_BYTES];
    for (long left = length; left > 0; ) {
      var read = in.read(bytes, 0, (int) Math.min(left, SIP_BYTES));
      if (read < 0) {
        return false;
      }
      left -= read;
      TimeUnit.MILLISECONDS.sleep(SIP_MILLIS);
    }
    return length >= 0;
  }

  private boolean skip(long length) throws IOException {
    return in.readNBytes((int) Math.min(length, BODY_BYTES_MAX)).length == length;
  }

  /// A response head.
  ///
  /// @param length of the body; negative when it is not said
  /// @param problem whether the proxy speaks, not the upstream
  record Head(int status, long length, boolean problem, boolean closes) {}

  private Head head() throws IOException {
    var status = status(line());
    long length = -1;
    boolean problem = false;
    boolean closes = false;
    for (var field = line(); !field.isEmpty(); field = line()) {
      var colon = field.indexOf(':');
      var name = colon < 0 ? "" : field.substring(0, colon);
      var value = field.substring(colon + 1).strip();
      if (name.equalsIgnoreCase("content-length")) {
        length = Long.parseLong(value);
      }
      problem |=
          name.equalsIgnoreCase("content-type") && value.startsWith("application/problem+json");
      closes |= name.equalsIgnoreCase("connection") && value.equalsIgnoreCase("close");
    }
    return new Head(status, length, problem, closes);
  }

  private static int status(String line) throws IOException {
    var words = Arrays.asList(line.split(" ", 3));
    if (words.size() < 2
        || !words.getFirst().equals("HTTP/1.1")
        || !words.get(1).matches("[0-9]{3}")) {
      throw new IOException("not an answer: " + line);
    }
    return Integer.parseInt(words.get(1));
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (var next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException(line.isEmpty() ? "closed" : "closed in the middle of a head");
      }
      if (line.length() > HEAD_BYTES_MAX) {
        throw new IOException("head: more than " + HEAD_BYTES_MAX + " bytes in a line");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    if (socket != null) {
      try {
        socket.setSoLinger(true, 0);
        socket.close();
      } catch (IOException _) {
        // It is gone either way.
      }
      socket = null;
    }
  }
}
