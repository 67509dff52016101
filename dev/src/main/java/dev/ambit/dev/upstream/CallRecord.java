package dev.ambit.dev.upstream;

import dev.ambit.dev.record.Journal;
import io.netty.handler.codec.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/// Writes one connection and its calls into the journal. Confined to the connection's loop.
final class CallRecord {
  private final Journal journal;
  private final long connection;
  private final AtomicLong calls;
  private long call;

  CallRecord(Journal journal, long connection, AtomicLong calls) {
    this.journal = journal;
    this.connection = connection;
    this.calls = calls;
  }

  void connected() {
    journal.write("connected", Map.of("connection", connection));
  }

  void disconnected() {
    journal.write("disconnected", Map.of("connection", connection));
  }

  /// A request head, whole: a repeated field is joined with a comma and a space.
  void request(HttpRequest head) {
    call = calls.incrementAndGet();
    var headers = new LinkedHashMap<String, Object>();
    for (var field : head.headers()) {
      headers.merge(
          field.getKey().toLowerCase(Locale.ROOT), field.getValue(), (a, b) -> a + ", " + b);
    }
    var facts = facts();
    facts.put("method", head.method().name());
    facts.put("path", head.uri());
    facts.put("headers", headers);
    journal.write("request", facts);
  }

  /// The first bytes of a request body.
  void began(long bytes) {
    var facts = facts();
    facts.put("bytes", bytes);
    journal.write("body_began", facts);
  }

  /// A whole body.
  ///
  /// @param event `body_ended` of a request, `answer_ended` of a download
  void body(String event, long bytes, String sha256) {
    var facts = facts();
    facts.put("bytes", bytes);
    facts.put("sha256", sha256);
    journal.write(event, facts);
  }

  void answer(int status) {
    var facts = facts();
    facts.put("status", status);
    journal.write("answer", facts);
  }

  void streamEnded(String how, long events) {
    var facts = facts();
    facts.put("how", how);
    facts.put("events", events);
    journal.write("stream_ended", facts);
  }

  private Map<String, Object> facts() {
    var facts = new LinkedHashMap<String, Object>();
    facts.put("connection", connection);
    facts.put("call", call);
    return facts;
  }
}
