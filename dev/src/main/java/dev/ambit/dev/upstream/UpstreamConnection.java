package dev.ambit.dev.upstream;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.upstream.Introspection.Verdict;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.stream.ChunkedStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One connection of the API: one call after the other. Confined to its loop; answers when both the
/// whole request and the issuer's word are there.
final class UpstreamConnection extends SimpleChannelInboundHandler<HttpObject> {
  private static final int KEPT_BYTES_MAX = Items.TEXT_MAX;
  private static final long DOWNLOAD_BYTES_MAX = 4L << 30;
  private static final int CHUNK_BYTES = 64 * 1_024;
  private static final int EVENT_MILLIS = 50;
  private static final Pattern NAMED =
      Pattern.compile("(/v1/(?:stream|download|upload))/[A-Za-z0-9-]{1,64}");

  private final Introspection introspection;
  private final Items items;
  private final CallRecord record;
  private final StringBuilder kept = new StringBuilder();
  private @Nullable HttpRequest head;
  private @Nullable Verdict verdict;
  private boolean whole;
  private long bodyBytes;
  private final MessageDigest digest = sha256();
  private String bodyDigest = "";
  private @Nullable Future<?> stream;
  private long events;

  UpstreamConnection(Introspection introspection, Items items, CallRecord record) {
    this.introspection = introspection;
    this.items = items;
    this.record = record;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    record.connected();
    context.fireChannelActive();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (stream != null) {
      stopStream("cut");
    }
    record.disconnected();
    context.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    var _ = context.close();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, HttpObject part) {
    if (part.decoderResult().isFailure()) {
      var _ = context.close();
      return;
    }
    if (part instanceof HttpRequest request) {
      begin(context, request);
    }
    if (part instanceof HttpContent content) {
      take(content.content());
    }
    if (part instanceof LastHttpContent) {
      whole = true;
      answerWhenReady(context);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    record.request(request);
    head = request;
    verdict = null;
    whole = false;
    bodyBytes = 0;
    digest.reset();
    kept.setLength(0);
    if (HttpUtil.is100ContinueExpected(request)) {
      var _ =
          context.writeAndFlush(
              new DefaultFullHttpResponse(
                  HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    var _ =
        introspection
            .ask(bearer(request))
            .whenComplete((said, _) ->
                context
                    .executor()
                    .execute(() -> {
                      verdict = said == null ? new Verdict.Unknown() : said;
                      answerWhenReady(context);
                    }));
  }

  private static String bearer(HttpRequest request) {
    var values = request.headers().getAll(HttpHeaderNames.AUTHORIZATION);
    var value = values.size() == 1 ? values.getFirst() : "";
    return value.regionMatches(true, 0, "Bearer ", 0, 7) ? value.substring(7).strip() : "";
  }

  private void take(ByteBuf bytes) {
    if (bytes.isReadable() && bodyBytes == 0) {
      record.began(bytes.readableBytes());
    }
    bodyBytes += bytes.readableBytes();
    digest.update(bytes.nioBuffer());
    if (kept.length() + bytes.readableBytes() <= KEPT_BYTES_MAX) {
      kept.append(new String(ByteBufUtil.getBytes(bytes), StandardCharsets.UTF_8));
    }
  }

  private void answerWhenReady(ChannelHandlerContext context) {
    if (!whole || verdict == null || head == null || !context.channel().isActive()) {
      return;
    }
    var request = head;
    head = null;
    bodyDigest = hex(digest);
    if (bodyBytes > 0) {
      record.body("body_ended", bodyBytes, bodyDigest);
    }
    switch (verdict) {
      case Verdict.Unknown() -> json(context, 503, error("the issuer does not answer"));
      case Verdict.Dead() -> json(context, 401, error("the token is not active"));
      case Verdict.Active(var scopes) -> {
        var needed = request.method().name().equals("POST") ? "items:write" : "items:read";
        if (scopes.contains(needed)) {
          route(context, request);
        } else {
          json(context, 403, error("the token lacks the scope " + needed));
        }
      }
    }
  }

  private void route(ChannelHandlerContext context, HttpRequest request) {
    var uri = new QueryStringDecoder(request.uri());
    switch (request.method().name() + " " + kind(uri.path())) {
      case "GET /v1/items" -> json(context, 200, items.all());
      case "POST /v1/items" ->
          items
              .add(kept.toString())
              .ifPresentOrElse(
                  item -> json(context, 201, item),
                  () -> json(context, 507, error("no room for it")));
      case "GET /v1/stream" -> stream(context);
      case "GET /v1/download" -> download(context, uri);
      case "POST /v1/upload" -> json(context, 200, uploaded());
      default -> one(context, request.method().name(), uri.path());
    }
  }

  /// A stream, download or upload may be given a name of its own, which a record shows.
  private static String kind(String path) {
    var named = NAMED.matcher(path);
    return named.matches() ? named.group(1) : path;
  }

  private String uploaded() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("bytes", bodyBytes);
    facts.put("sha256", bodyDigest);
    return Json.line(facts);
  }

  private void one(ChannelHandlerContext context, String method, String path) {
    var found =
        method.equals("GET") && path.startsWith("/v1/items/")
            ? items.one(path.substring("/v1/items/".length()))
            : java.util.Optional.<String>empty();
    found.ifPresentOrElse(
        item -> json(context, 200, item), () -> json(context, 404, error("no such thing")));
  }

  private void json(ChannelHandlerContext context, int status, String body) {
    record.answer(status);
    var answer =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            Unpooled.copiedBuffer(body + "\n", StandardCharsets.UTF_8));
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
    if (status == 401) {
      answer.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
    }
    HttpUtil.setContentLength(answer, answer.content().readableBytes());
    var _ = context.writeAndFlush(answer);
  }

  private static String error(String sentence) {
    return Json.line(Map.of("error", sentence));
  }

  private void stream(ChannelHandlerContext context) {
    record.answer(200);
    var answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "text/event-stream");
    answer.headers().set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    HttpUtil.setTransferEncodingChunked(answer, true);
    var _ = context.writeAndFlush(answer);
    events = 0;
    stream =
        context
            .executor()
            .scheduleAtFixedRate(() -> tick(context), 0, EVENT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /// A reader that does not keep up gets fewer events, not a growing queue.
  private void tick(ChannelHandlerContext context) {
    if (context.channel().isWritable()) {
      events++;
      var _ =
          context.writeAndFlush(
              new DefaultHttpContent(
                  Unpooled.copiedBuffer(
                      "id: " + events + "\ndata: tick " + events + "\n\n",
                      StandardCharsets.UTF_8)));
    }
  }

  private void stopStream(String how) {
    if (stream != null) {
      stream.cancel(false);
      stream = null;
      record.streamEnded(how, events);
    }
  }

  private void download(ChannelHandlerContext context, QueryStringDecoder uri) {
    var asked = uri.parameters().getOrDefault("bytes", List.of("1048576")).getFirst();
    if (!asked.matches("[0-9]{1,10}") || Long.parseLong(asked) > DOWNLOAD_BYTES_MAX) {
      json(context, 400, error("bytes: expected a number up to " + DOWNLOAD_BYTES_MAX));
      return;
    }
    record.answer(200);
    var answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    answer.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/octet-stream");
    HttpUtil.setContentLength(answer, Long.parseLong(asked));
    var _ = context.write(answer);
    var bytes = new DigestInputStream(new Noise(Long.parseLong(asked)), sha256());
    var _ =
        context
            .writeAndFlush(new HttpChunkedInput(new ChunkedStream(bytes, CHUNK_BYTES)))
            .addListener(sent -> {
              if (sent.isSuccess()) {
                record.body("answer_ended", Long.parseLong(asked), hex(bytes.getMessageDigest()));
              }
            });
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException("SHA-256: absent (expected: every JDK has it)", absent);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
