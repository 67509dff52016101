package dev.ambit.e2e.agents;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The answers of the services that SDKs ask, as far as the SDKs of the tests ask them, and a
/// record of what was asked.
final class SdkServices implements HttpHandler {
  static final String ANSWER = "quarterly figures";

  private static final String CHAT =
      """
      {"id":"c","object":"chat.completion","created":1,"model":"small","choices":[{"index":0,"finish_reason":"stop",
      "message":{"role":"assistant","content":"quarterly figures"}}]}
      """;
  private static final String MESSAGE =
      """
      {"id":"m","type":"message","role":"assistant","model":"small","content":[{"type":"text","text":"quarterly figures"}],
      "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":1,"output_tokens":1}}
      """;
  private static final String FILE =
      """
      {"id":"f","object":"file","bytes":BYTES,"created_at":1,"filename":"body","purpose":"assistants","status":"processed"}
      """;

  private final List<Asked> asked = new CopyOnWriteArrayList<>();

  /// One request.
  ///
  /// @param bytes of its body
  /// @param holds what its sender says that the body holds, where a framing of its own is around it
  record Asked(String call, String authorization, long bytes, long holds) {}

  /// What was asked since the last time.
  List<Asked> asked() {
    var all = List.copyOf(asked);
    asked.clear();
    return all;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      var call = exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
      var bytes = drained(exchange);
      asked.add(
          new Asked(
              call,
              first(exchange, "Authorization", ""),
              bytes,
              Long.parseLong(first(exchange, "X-Amz-Decoded-Content-Length", "-1"))));
      switch (call) {
        case "POST /openai/chat/completions" -> answer(exchange, "application/json", CHAT);
        case "POST /openai/files" ->
            answer(exchange, "application/json", FILE.replace("BYTES", Long.toString(bytes)));
        case "POST /anthropic/v1/messages" -> answer(exchange, "application/json", MESSAGE);
        case "GET /s3/reports/figures" -> answer(exchange, "binary/octet-stream", ANSWER);
        case "PUT /s3/reports/upload" -> {
          exchange.getResponseHeaders().set("ETag", "\"upload\"");
          answer(exchange, "text/plain", "");
        }
        default -> exchange.sendResponseHeaders(404, -1);
      }
    }
  }

  private static String first(HttpExchange exchange, String name, String otherwise) {
    var value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? otherwise : value;
  }

  private static long drained(HttpExchange exchange) throws IOException {
    var counted = 0L;
    var piece = new byte[64 * 1_024];
    for (var read = exchange.getRequestBody().read(piece);
        read >= 0;
        read = exchange.getRequestBody().read(piece)) {
      counted += read;
    }
    return counted;
  }

  private static void answer(HttpExchange exchange, String type, String text) throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }
}
