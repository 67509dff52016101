package dev.ambit.proxy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// One end of an HTTP/2 connection that sends exactly the frames a test names, and opens its
/// windows for what it is asked to read.
public final class Http2Peer {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int PRIORITY = 2;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PUSH_PROMISE = 5;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;
  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;
  public static final int NO_ERROR = 0;
  public static final int PROTOCOL_ERROR = 1;
  public static final int FRAME_SIZE_ERROR = 6;
  public static final int REFUSED_STREAM = 7;
  public static final int CANCEL = 8;
  public static final int ENHANCE_YOUR_CALM = 11;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  public final InputStream in;
  public final OutputStream out;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false);
  private final Map<Integer, Answer> answers = new LinkedHashMap<>();
  private int next = 1;

  /// Whether what is read opens the windows again.
  public boolean opensWindows = true;

  /// The field blocks that came, as they came.
  public final List<byte[]> blocks = new ArrayList<>();

  /// What the other end said goodbye with; null before.
  public @Nullable Frame goAway;

  /// SETTINGS of the other end, as they came first.
  public @Nullable Frame settings;

  private Http2Peer(InputStream in, OutputStream out) {
    this.in = in;
    this.out = out;
  }

  /// One frame as it came.
  @SuppressWarnings("ArrayRecordComponent") // Looked at, never compared.
  public record Frame(int type, int flags, int stream, byte[] payload) {
    public boolean has(int flag) {
      return (flags & flag) != 0;
    }

    public int code() {
      int at = type == GOAWAY ? 4 : 0;
      return (payload[at] & 0xff) << 24
          | (payload[at + 1] & 0xff) << 16
          | (payload[at + 2] & 0xff) << 8
          | (payload[at + 3] & 0xff);
    }
  }

  /// What came on one stream.
  public static final class Answer {
    public final Map<String, String> head = new LinkedHashMap<>();
    public final Map<String, String> trailers = new LinkedHashMap<>();
    public final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /// The code it was reset with; -1 when it was not.
    public int reset = -1;

    /// Whether END_STREAM stood on the first head.
    public boolean headOnly;

    public boolean ended;
    public int interim;

    public int status() {
      var status = head.get(":status");
      return status == null ? 0 : Integer.parseInt(status);
    }

    public String body() {
      return bytes.toString(ISO_8859_1);
    }

    public String reason() {
      var key = "\"reason\":\"";
      var body = body();
      int from = body.indexOf(key);
      return from < 0
          ? ""
          : body.substring(from + key.length(), body.indexOf('"', from + key.length()));
    }

    @Override
    public String toString() {
      return head + " " + body() + " " + trailers + " reset " + reset;
    }
  }

  /// An agent or other client: says its preface.
  public static Http2Peer client(InputStream in, OutputStream out, byte[] settings)
      throws IOException {
    var peer = new Http2Peer(in, out);
    out.write(PREFACE.getBytes(ISO_8859_1));
    peer.frame(SETTINGS, 0, 0, settings);
    return peer;
  }

  public static Http2Peer client(InputStream in, OutputStream out) throws IOException {
    return client(in, out, new byte[0]);
  }

  /// A server: reads the preface.
  public static Http2Peer server(InputStream in, OutputStream out, byte[] settings)
      throws IOException {
    var preface = new String(in.readNBytes(PREFACE.length()), ISO_8859_1);
    if (!preface.equals(PREFACE)) {
      throw new EOFException("no preface");
    }
    var peer = new Http2Peer(in, out);
    peer.frame(SETTINGS, 0, 0, settings);
    return peer;
  }

  /// One setting.
  public static byte[] setting(int id, int value) {
    return new byte[] {
      0, (byte) id, (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  public static byte[] int32(int value) {
    return new byte[] {
      (byte) (value >>> 24), (byte) (value >>> 16), (byte) (value >>> 8), (byte) value
    };
  }

  public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(bytes(type, flags, stream, payload));
    out.flush();
  }

  public static byte[] bytes(int type, int flags, int stream, byte[] payload) {
    var bytes = new ByteArrayOutputStream();
    bytes.write(payload.length >>> 16);
    bytes.write(payload.length >>> 8);
    bytes.write(payload.length);
    bytes.write(type);
    bytes.write(flags);
    bytes.writeBytes(int32(stream));
    bytes.writeBytes(payload);
    return bytes.toByteArray();
  }

  /// A field block of literals, in no table and not compressed: any bytes, in any order.
  public static byte[] block(String... namesAndValues) {
    var block = new ByteArrayOutputStream();
    for (var text : withMarks(namesAndValues)) {
      if (text == null) {
        block.write(0);
      } else {
        length(block, text.length());
        block.writeBytes(text.getBytes(ISO_8859_1));
      }
    }
    return block.toByteArray();
  }

  private static List<@Nullable String> withMarks(String... namesAndValues) {
    var all = new ArrayList<@Nullable String>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.add(null);
      all.add(namesAndValues[i]);
      all.add(namesAndValues[i + 1]);
    }
    return all;
  }

  private static void length(ByteArrayOutputStream block, int length) {
    if (length < 127) {
      block.write(length);
      return;
    }
    block.write(127);
    int rest = length - 127;
    while (rest >= 128) {
      block.write(rest % 128 + 128);
      rest /= 128;
    }
    block.write(rest);
  }

  /// Sends a head and returns its stream; longer ones go on in CONTINUATION frames.
  public int open(boolean end, String... namesAndValues) throws IOException {
    int stream = next;
    next += 2;
    head(stream, end, namesAndValues);
    return stream;
  }

  public void head(int stream, boolean end, String... namesAndValues) throws IOException {
    var block = block(namesAndValues);
    int max = 16_384;
    int from = Math.min(block.length, max);
    var first = Arrays.copyOf(block, from);
    frame(
        HEADERS, (end ? END_STREAM : 0) | (from == block.length ? END_HEADERS : 0), stream, first);
    while (from < block.length) {
      int to = Math.min(block.length, from + max);
      frame(
          CONTINUATION,
          to == block.length ? END_HEADERS : 0,
          stream,
          Arrays.copyOfRange(block, from, to));
      from = to;
    }
  }

  /// A plain request.
  public int request(String method, String authority, String path, boolean end, String... more)
      throws IOException {
    var all = new ArrayList<>(List.of(":method", method, ":scheme", "https"));
    all.addAll(List.of(":authority", authority, ":path", path));
    all.addAll(List.of(more));
    return open(end, all.toArray(String[]::new));
  }

  public void data(int stream, boolean end, String text) throws IOException {
    frame(DATA, end ? END_STREAM : 0, stream, text.getBytes(ISO_8859_1));
  }

  public void reset(int stream, int code) throws IOException {
    frame(RST_STREAM, 0, stream, int32(code));
  }

  /// The next frame; settings and pings are acknowledged. Null when the connection ended.
  public @Nullable Frame read() throws IOException {
    byte[] head;
    byte[] payload;
    try {
      head = in.readNBytes(9);
      if (head.length < 9) {
        return null;
      }
      int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
      payload = in.readNBytes(length);
    } catch (SocketException | SSLException _) {
      return null;
    }
    int stream =
        (head[5] & 0x7f) << 24 | (head[6] & 0xff) << 16 | (head[7] & 0xff) << 8 | (head[8] & 0xff);
    var frame = new Frame(head[3], head[4] & 0xff, stream, payload);
    note(frame);
    return frame;
  }

  /// Reads until the stream has ended, whatever comes on others.
  public Answer answer(int stream) throws IOException {
    var answer = of(stream);
    while (!answer.ended) {
      if (read() == null) {
        break;
      }
    }
    return answer;
  }

  /// Reads until so much of the body has come.
  public Answer body(int stream, int bytes) throws IOException {
    var answer = of(stream);
    while (!answer.ended && answer.bytes.size() < bytes && read() != null) {
      // On.
    }
    return answer;
  }

  /// Reads until the next head on a stream that had none; 0 at the end of the connection.
  public int nextRequest() throws IOException {
    while (true) {
      var frame = read();
      if (frame == null) {
        return 0;
      }
      if (frame.type() == HEADERS && of(frame.stream()).trailers.isEmpty()) {
        return frame.stream();
      }
    }
  }

  /// Whether the connection ends; says goodbye to nobody.
  public boolean closed() throws IOException {
    while (true) {
      if (read() == null) {
        return true;
      }
    }
  }

  /// Forgets what came on streams that have ended.
  public void forget() {
    answers.values().removeIf(answer -> answer.ended);
    blocks.clear();
  }

  public Answer of(int stream) {
    return answers.computeIfAbsent(stream, _ -> new Answer());
  }

  private void note(Frame frame) throws IOException {
    var answer = frame.stream() == 0 ? new Answer() : of(frame.stream());
    switch (frame.type()) {
      case HEADERS -> {
        decode(frame, answer);
        answer.ended |= frame.has(END_STREAM);
      }
      case DATA -> {
        answer.bytes.writeBytes(frame.payload());
        answer.ended |= frame.has(END_STREAM);
        if (opensWindows && frame.payload().length > 0) {
          window(0, frame.payload().length);
          if (!answer.ended) {
            window(frame.stream(), frame.payload().length);
          }
        }
      }
      case RST_STREAM -> {
        answer.reset = frame.code();
        answer.ended = true;
      }
      case GOAWAY -> goAway = frame;
      case SETTINGS -> {
        if (!frame.has(ACK)) {
          settings = settings == null ? frame : settings;
          quietly(SETTINGS, ACK, new byte[0]);
        }
      }
      case PING -> {
        if (!frame.has(ACK)) {
          quietly(PING, ACK, frame.payload());
        }
      }
      default -> {}
    }
  }

  public void window(int stream, int bytes) throws IOException {
    try {
      frame(WINDOW_UPDATE, 0, stream, int32(bytes));
    } catch (SocketException | SSLException _) {
      // The other end has left; what it had sent is read.
    }
  }

  private void quietly(int type, int flags, byte[] payload) throws IOException {
    try {
      frame(type, flags, 0, payload);
    } catch (SocketException | SSLException _) {
      // Likewise.
    }
  }

  private void decode(Frame frame, Answer answer) throws IOException {
    if (!frame.has(END_HEADERS)) {
      throw new IOException("a head in several frames (expected: one)");
    }
    blocks.add(frame.payload());
    try {
      var fields = decoder.decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(frame.payload()));
      var status = fields.status();
      if (status != null && status.charAt(0) == '1') {
        answer.interim++;
        return;
      }
      boolean first = answer.head.isEmpty();
      answer.headOnly = first && frame.has(END_STREAM);
      var to = first ? answer.head : answer.trailers;
      fields.forEach(field ->
          to.merge(
              field.getKey().toString(),
              field.getValue().toString(),
              (one, other) -> one + "," + other));
    } catch (Http2Exception broken) {
      throw new IOException(broken);
    }
  }

  /// The code of the GOAWAY that came.
  public int goAwayCode() {
    return Objects.requireNonNull(goAway).code();
  }
}
