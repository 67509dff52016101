package dev.ambit.proxy.relay;

import dev.ambit.proxy.model.Field;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
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
record Answer(
    int status, List<Field> fields, long bodyBytes, boolean untilClose, boolean keepAlive) {
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
    boolean bodiless = toHead || status < 200 || status == 204 || status == 304;
    return new Answer(
        status,
        fields(response),
        length,
        !bodiless && !chunked && length < 0,
        HttpUtil.isKeepAlive(response));
  }

  private static long length(String text) {
    boolean plain =
        !text.isEmpty()
            && text.length() <= LENGTH_DIGITS_MAX
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return plain ? Long.parseLong(text) : -1;
  }

  private static List<Field> fields(HttpResponse response) {
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
