package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Field;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValidationUtil;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The head of an upstream's answer, checked and without what concerns only the connection it came
/// by.
///
/// @param bodyBytes as stated, -1 when not
/// @param untilClose the body ends when the connection does
/// @param keepAlive whether the connection may be used again
/// @param bodiless whether no body can follow, whatever the fields say
record Answer(
    int status,
    List<Field> fields,
    long bodyBytes,
    boolean untilClose,
    boolean keepAlive,
    boolean bodiless) {
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-connection",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-authentication-info",
          "te",
          "trailer",
          "transfer-encoding",
          "content-length",
          "upgrade");
  private static final int LENGTH_DIGITS_MAX = 18;

  Answer {
    fields = List.copyOf(fields);
  }

  /// Null when it is not an answer with exactly one meaning (A150).
  static @Nullable Answer of(HttpResponse response, boolean toHead) {
    int status = response.status().code();
    boolean old = response.protocolVersion().equals(HttpVersion.HTTP_1_0);
    if (response.decoderResult().isFailure()
        || !(old || response.protocolVersion().equals(HttpVersion.HTTP_1_1))
        || status < 100
        || status > 599
        || status == 101) {
      return null;
    }
    var encodings = response.headers().getAll(HttpHeaderNames.TRANSFER_ENCODING);
    var lengths = response.headers().getAll(HttpHeaderNames.CONTENT_LENGTH);
    boolean chunked = !encodings.isEmpty();
    if (lengths.size() > 1
        || (chunked && (old || !lengths.isEmpty() || encodings.size() > 1))
        || (chunked && !encodings.getFirst().equalsIgnoreCase("chunked"))) {
      return null;
    }
    long length = lengths.isEmpty() ? -1 : length(lengths.getFirst());
    if (length < 0 && !lengths.isEmpty()) {
      return null;
    }
    boolean bodiless = bodiless(status, toHead);
    return new Answer(
        status,
        fields(response),
        length,
        !bodiless && !chunked && length < 0,
        HttpUtil.isKeepAlive(response),
        bodiless);
  }

  /// The head of an answer that came by HTTP/2; its stream says where the body ends.
  static @Nullable Answer of(Http2Headers headers, boolean toHead) {
    var text = headers.status();
    int status = text == null ? 0 : status(text);
    var lengths = headers.getAll(HttpHeaderNames.CONTENT_LENGTH);
    long length = lengths.isEmpty() ? -1 : length(lengths.getFirst().toString());
    if (status < 100 || status == 101 || lengths.size() > 1 || (length < 0 && !lengths.isEmpty())) {
      return null;
    }
    var kept = fields(headers, 1);
    return kept == null
        ? null
        : new Answer(status, kept, length, false, true, bodiless(status, toHead));
  }

  /// What may be passed on of a trailer section that came by HTTP/2; null when it is none.
  static @Nullable List<Field> trailers(Http2Headers section) {
    return fields(section, 0);
  }

  /// Netty has checked the names and which pseudo-headers there are, but neither how many nor any
  /// value: one with a line end in it would be two fields to an agent that speaks HTTP/1.1.
  private static @Nullable List<Field> fields(Http2Headers headers, int pseudoHeaders) {
    var kept = new ArrayList<Field>(headers.size());
    int pseudo = 0;
    for (var field : headers) {
      var name = field.getKey().toString();
      var value = field.getValue();
      if (HttpHeaderValidationUtil.validateValidHeaderValue(value) >= 0) {
        return null;
      }
      if (name.startsWith(":")) {
        pseudo++;
      } else if (!HOP_BY_HOP.contains(name)) {
        kept.add(new Field(field.getKey(), value));
      }
    }
    return pseudo == pseudoHeaders ? kept : null;
  }

  boolean interim() {
    return status < 200;
  }

  private static int status(CharSequence text) {
    boolean plain = text.length() == 3 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    int status = plain ? Integer.parseInt(text, 0, 3, 10) : 0;
    return status > 599 ? 0 : status;
  }

  private static boolean bodiless(int status, boolean toHead) {
    return toHead || status < 200 || status == 204 || status == 304;
  }

  private static long length(String text) {
    boolean plain =
        !text.isEmpty()
            && text.length() <= LENGTH_DIGITS_MAX
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return plain ? Long.parseLong(text) : -1;
  }

  /// What may be passed on of its fields.
  static List<Field> fields(HttpResponse response) {
    var options = new HashSet<String>();
    for (var value : response.headers().getAll(HttpHeaderNames.CONNECTION)) {
      for (var option : value.split(",", -1)) {
        options.add(option.strip().toLowerCase(Locale.ROOT));
      }
    }
    var kept = new ArrayList<Field>();
    var all = response.headers().iteratorCharSequence();
    while (all.hasNext()) {
      var field = all.next();
      var name = field.getKey().toString().toLowerCase(Locale.ROOT);
      if (!HOP_BY_HOP.contains(name) && !options.contains(name)) {
        kept.add(new Field(field.getKey(), field.getValue()));
      }
    }
    return kept;
  }
}
