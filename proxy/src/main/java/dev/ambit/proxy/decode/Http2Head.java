package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Scheme;
import dev.ambit.proxy.model.Body;
import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.GrpcTimeout;
import dev.ambit.proxy.model.Limits;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads the head of one HTTP/2 request into the same model as one of HTTP/1, or refuses at the
/// first field that could be read in more than one way (RFC 9113 8, and stricter: INV-7). Pure.
final class Http2Head {
  private static final int METHOD_CHARACTERS_MAX = 64;
  private static final int LENGTH_DIGITS_MAX = 18;

  /// What belongs to a connection of HTTP/1 (RFC 9113 8.2.2).
  private static final Set<String> OF_CONNECTIONS =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "transfer-encoding",
          "upgrade",
          "http2-settings");

  private final Limits limits;
  private final List<Field> fields = new ArrayList<>();
  private final StringBuilder cookie = new StringBuilder();
  private @Nullable String method;
  private @Nullable String scheme;
  private @Nullable String authority;
  private @Nullable String path;
  private @Nullable String host;
  private @Nullable String protocol;
  private @Nullable String length;
  private boolean expects;
  private boolean regular;

  private Http2Head(Limits limits) {
    this.limits = limits;
  }

  /// The method as far as it could be read, for the record; empty where there is none.
  static String method(Http2Headers headers) {
    var method = headers.method();
    return method != null && method.length() <= METHOD_CHARACTERS_MAX && Ascii.token(method)
        ? method.toString()
        : "";
  }

  /// Reads the fields.
  ///
  /// @param whole whether no body follows
  static Head read(Http2Headers headers, boolean whole, Limits limits) throws Refused {
    var head = new Http2Head(limits);
    for (var field : headers) {
      head.take(field.getKey().toString(), field.getValue().toString());
    }
    return head.finish(whole);
  }

  private void take(String name, String value) throws Refused {
    if (value.length() > limits.headBytes() || !printable(value)) {
      throw Refused.malformed(
          "A field value holds a control character or white space at its edge.");
    }
    if (name.startsWith(":")) {
      pseudo(name, value);
      return;
    }
    regular = true;
    if (!Ascii.token(name) || !name.chars().allMatch(c -> c < 'A' || c > 'Z')) {
      throw Refused.malformed("A header field has no proper name.");
    }
    if (OF_CONNECTIONS.contains(name) || (name.equals("te") && !value.equals("trailers"))) {
      throw Refused.malformed("A header field speaks of an HTTP/1 connection.");
    }
    switch (name) {
      case "host" -> host = once(host, value);
      case "content-length" -> length = once(length, value);
      case "expect" -> expectation(value);
      case "cookie" -> crumb(value);
      default -> add(name, value);
    }
  }

  /// Crumbs are one field for whoever is behind us (RFC 9113 §8.2.3). One of nothing would leave
  /// white space at its edge.
  private void crumb(String value) {
    if (!value.isEmpty()) {
      cookie.append(cookie.isEmpty() ? "" : "; ").append(value);
    }
  }

  private void pseudo(String name, String value) throws Refused {
    if (regular) {
      throw Refused.malformed("A pseudo-header stands behind a header field.");
    }
    switch (name) {
      case ":method" -> method = once(method, value);
      case ":scheme" -> scheme = once(scheme, value);
      case ":authority" -> authority = once(authority, value);
      case ":path" -> path = once(path, value);
      case ":protocol" -> protocol = once(protocol, value);
      default -> throw Refused.malformed("A pseudo-header is unknown.");
    }
  }

  private Head finish(boolean whole) throws Refused {
    var verb = token(method);
    if (verb.equals("CONNECT") || protocol != null) {
      throw Refused.because(
          Reason.UNSUPPORTED, "Only a request to the proxy itself opens a tunnel.");
    }
    if (!Scheme.HTTPS.text().equals(scheme)) {
      throw Refused.malformed("The scheme is not the one that is spoken.");
    }
    if (path == null || path.isEmpty() || !visible(path)) {
      throw Refused.malformed("The path is empty, or not visible ASCII.");
    }
    if (path.length() > limits.requestLineBytes()) {
      throw Refused.limit("The path is longer than " + limits.requestLineBytes() + " bytes.");
    }
    var body = body(verb, whole);
    var all = new ArrayList<Field>(fields.size() + 2);
    all.add(new Field("host", named()));
    if (!cookie.isEmpty()) {
      all.add(new Field("cookie", cookie.toString()));
    }
    all.addAll(fields);
    // Together with the line that frames the body, should it be crossed to HTTP/1.
    if (all.size() >= limits.fields()) {
      throw tooMany();
    }
    return new Head(verb, path, false, all, body, expects, false, false);
  }

  /// The one host; `host` may repeat `:authority`, and nothing else (A006).
  private String named() throws Refused {
    var one = authority != null ? authority : host;
    if (one == null || one.isEmpty()) {
      throw Refused.malformed("The request has no authority.");
    }
    if (host != null && !same(one, host)) {
      throw Refused.malformed("Host and :authority disagree.");
    }
    return one;
  }

  private static boolean same(String one, String other) {
    return one.equals(other)
        || (Authority.parse(Scheme.HTTPS, one) instanceof Parsed.Ok<Authority>(var left)
            && Authority.parse(Scheme.HTTPS, other) instanceof Parsed.Ok<Authority>(var right)
            && left.equals(right));
  }

  private Body body(String verb, boolean whole) throws Refused {
    long bytes = length == null ? -1 : number(length);
    if (whole && bytes > 0) {
      throw Refused.malformed("The body that Content-Length announces does not come.");
    }
    if (whole) {
      return Set.of("POST", "PUT", "PATCH").contains(verb) ? new Body.Sized(0) : new Body.None();
    }
    if (Set.of("GET", "HEAD", "DELETE", "OPTIONS", "TRACE").contains(verb)) {
      throw Refused.malformed("This method takes no body.");
    }
    return bytes < 0 ? new Body.Chunked() : new Body.Sized(bytes);
  }

  private static long number(String text) throws Refused {
    if (text.isEmpty()
        || text.length() > LENGTH_DIGITS_MAX
        || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      throw Refused.malformed("Content-Length is not one plain number.");
    }
    return Long.parseLong(text);
  }

  private void expectation(String value) throws Refused {
    if (expects || !value.equalsIgnoreCase("100-continue")) {
      throw Refused.malformed("Expect is not 100-continue.");
    }
    expects = true;
  }

  private void add(String name, String value) throws Refused {
    if (fields.size() == limits.fields()) {
      throw tooMany();
    }
    if (name.equals(GrpcTimeout.NAME)) {
      timeout(value);
    }
    fields.add(new Field(name, value));
  }

  private Refused tooMany() {
    return Refused.limit("The request has more than " + limits.fields() + " header fields.");
  }

  private void timeout(String value) throws Refused {
    for (var field : fields) {
      if (GrpcTimeout.NAME.contentEquals(field.name())) {
        throw Refused.malformed("There are two deadlines.");
      }
    }
    if (GrpcTimeout.parse(value) instanceof Parsed.Malformed<?>) {
      throw Refused.malformed("The deadline is not 1 to 8 digits and a unit.");
    }
  }

  private static String once(@Nullable String before, String value) throws Refused {
    if (before != null) {
      throw Refused.malformed("A field that stands for itself comes twice.");
    }
    return value;
  }

  private static String token(@Nullable String method) throws Refused {
    if (method == null || method.length() > METHOD_CHARACTERS_MAX || !Ascii.token(method)) {
      throw Refused.malformed("The method is not a token, or a long one.");
    }
    return method;
  }

  /// As in HTTP/1: printable ASCII and tabs, none at the edges.
  private static boolean printable(String value) {
    int last = value.length() - 1;
    return value.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t')
        && (last < 0 || !(blank(value.charAt(0)) || blank(value.charAt(last))));
  }

  private static boolean blank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean visible(String text) {
    return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /// What says how a refusal is told, of a head that cannot be read.
  static List<Field> contentType(Http2Headers headers) {
    return headers.getAll("content-type").stream()
        .map(type -> new Field("content-type", type))
        .toList();
  }
}
