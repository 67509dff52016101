package dev.ambit.envelope.receipt;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ambit.envelope.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Receipts as canonical JSON.
final class ReceiptCodec {
  static final int CREDENTIALS_MAX = 1_024;
  private static final int LIST_MAX = 4_096;

  private ReceiptCodec() {}

  static byte[] encode(Receipt receipt) {
    var bytes = new ByteArrayOutputStream(4_096);
    try (var json = Fields.generator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("version", Receipt.VERSION);
      json.writeStringField("session", receipt.session());
      json.writeStringField("template", receipt.template());
      json.writeStringField("workload", receipt.workload());
      json.writeStringField("opener", receipt.opener());
      json.writeStringField("on_behalf_of", receipt.onBehalfOf());
      json.writeObjectFieldStart("task");
      json.writeStringField("id", receipt.task().id());
      json.writeStringField("purpose", receipt.task().purpose());
      json.writeStringField("link", receipt.task().link());
      json.writeEndObject();
      each(json, "envelopes", receipt.envelopes(), ReceiptCodec::envelope);
      instant(json, "opened_at", receipt.openedAt());
      instant(json, "ended_at", receipt.endedAt());
      instant(json, "closed_at", receipt.closedAt());
      json.writeStringField("reason", receipt.reason());
      json.writeStringField("detail", receipt.detail());
      each(json, "cuts", receipt.cuts(), ReceiptCodec::cut);
      each(json, "credentials", receipt.credentials(), ReceiptCodec::credential);
      json.writeObjectFieldStart("calls");
      json.writeNumberField("permitted", receipt.calls().permitted());
      json.writeNumberField("denied", receipt.calls().denied());
      json.writeBooleanField("complete", receipt.calls().complete());
      json.writeEndObject();
      each(json, "chains", receipt.chains(), ReceiptCodec::chain);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("json: not writable", e);
    }
    return bytes.toByteArray();
  }

  static Parsed<Receipt> decode(byte[] json) {
    try {
      var receipt = receipt(Fields.parse(json, Receipt.BYTES_MAX));
      // One receipt has one form, so that its digest names it.
      return Arrays.equals(json, encode(receipt))
          ? new Parsed.Ok<>(receipt)
          : new Parsed.Malformed<>("json: not canonical (expected: as Ambit prints it)");
    } catch (Fields.Refused e) {
      return new Parsed.Malformed<>(e.why());
    }
  }

  private static Receipt receipt(Fields fields) throws Fields.Refused {
    var version = fields.number("version");
    if (version != Receipt.VERSION) {
      throw new Fields.Refused("version: " + version + " (expected: " + Receipt.VERSION + ")");
    }
    var receipt =
        new Receipt(
            fields.text("session"),
            fields.text("template"),
            fields.text("workload"),
            fields.text("opener"),
            fields.text("on_behalf_of"),
            task(fields.object("task")),
            list(fields.objects("envelopes", LIST_MAX), ReceiptCodec::envelope),
            fields.instant("opened_at"),
            fields.instant("ended_at"),
            fields.instant("closed_at"),
            fields.text("reason"),
            fields.text("detail"),
            list(fields.objects("cuts", LIST_MAX), ReceiptCodec::cut),
            list(fields.objects("credentials", CREDENTIALS_MAX), ReceiptCodec::credential),
            calls(fields.object("calls")),
            list(fields.objects("chains", LIST_MAX), ReceiptCodec::chain));
    fields.end();
    return receipt;
  }

  private static Receipt.Task task(Fields fields) throws Fields.Refused {
    return new Receipt.Task(fields.text("id"), fields.text("purpose"), fields.text("link"));
  }

  private static void envelope(JsonGenerator json, Receipt.EnvelopeVersion envelope)
      throws IOException {
    json.writeNumberField("version", envelope.version());
    json.writeStringField("digest", envelope.digest());
  }

  private static Receipt.EnvelopeVersion envelope(Fields fields) throws Fields.Refused {
    return new Receipt.EnvelopeVersion(fields.number("version"), fields.text("digest"));
  }

  private static void cut(JsonGenerator json, Receipt.Cut cut) throws IOException {
    json.writeStringField("proxy", cut.proxy());
    json.writeBooleanField("acknowledged", cut.acknowledged());
    instant(json, "at", cut.at());
    json.writeBooleanField("recorded", cut.recorded());
  }

  private static Receipt.Cut cut(Fields fields) throws Fields.Refused {
    return new Receipt.Cut(
        fields.text("proxy"),
        fields.flag("acknowledged"),
        fields.instant("at"),
        fields.flag("recorded"));
  }

  private static void credential(JsonGenerator json, Receipt.CredentialEnd end) throws IOException {
    json.writeStringField("id", end.id());
    json.writeStringField("provider", end.provider());
    json.writeStringField("grant", end.grant());
    json.writeStringField("authority", end.authority());
    json.writeStringField("proxy", end.proxy());
    if (end.parent().isPresent()) {
      json.writeStringField("parent", end.parent().get());
    }
    instant(json, "asked_at", end.askedAt());
    if (end.issuedAt().isPresent()) {
      instant(json, "issued_at", end.issuedAt().get());
    }
    if (end.notAfter().isPresent()) {
      instant(json, "not_after", end.notAfter().get());
    }
    json.writeArrayFieldStart("granted");
    for (var granted : end.granted()) {
      json.writeString(granted);
    }
    json.writeEndArray();
    json.writeStringField("outcome", end.outcome().name());
    instant(json, "outcome_at", end.outcomeAt());
    json.writeStringField("note", end.note());
    json.writeNumberField("revoke_attempts", end.revokeAttempts());
    json.writeNumberField("probe_attempts", end.probeAttempts());
    each(json, "probes", end.probes(), ReceiptCodec::probe);
  }

  private static Receipt.CredentialEnd credential(Fields fields) throws Fields.Refused {
    return new Receipt.CredentialEnd(
        fields.text("id"),
        fields.text("provider"),
        fields.text("grant"),
        fields.text("authority"),
        fields.text("proxy"),
        fields.textIfPresent("parent"),
        fields.instant("asked_at"),
        fields.instantIfPresent("issued_at"),
        fields.instantIfPresent("not_after"),
        fields.texts("granted", LIST_MAX),
        outcome(fields.text("outcome")),
        fields.instant("outcome_at"),
        fields.text("note"),
        fields.number("revoke_attempts"),
        fields.number("probe_attempts"),
        list(fields.objects("probes", LIST_MAX), ReceiptCodec::probe));
  }

  private static Receipt.Outcome outcome(String text) throws Fields.Refused {
    return switch (text) {
      case "DEAD_PROVEN" -> Receipt.Outcome.DEAD_PROVEN;
      case "DEAD_BY_EXPIRY" -> Receipt.Outcome.DEAD_BY_EXPIRY;
      case "OUTLIVES_SESSION" -> Receipt.Outcome.OUTLIVES_SESSION;
      default ->
          throw new Fields.Refused(
              "outcome: unknown (expected: DEAD_PROVEN, DEAD_BY_EXPIRY or OUTLIVES_SESSION)");
    };
  }

  private static void probe(JsonGenerator json, Receipt.Probe probe) throws IOException {
    instant(json, "at", probe.at());
    json.writeStringField("answer", probe.answer());
    json.writeStringField("note", probe.note());
  }

  private static Receipt.Probe probe(Fields fields) throws Fields.Refused {
    return new Receipt.Probe(fields.instant("at"), fields.text("answer"), fields.text("note"));
  }

  private static Receipt.Calls calls(Fields fields) throws Fields.Refused {
    var calls =
        new Receipt.Calls(
            fields.number("permitted"), fields.number("denied"), fields.flag("complete"));
    fields.end();
    return calls;
  }

  private static void chain(JsonGenerator json, Receipt.ChainHead head) throws IOException {
    json.writeStringField("writer", head.writer());
    json.writeStringField("boot", head.boot());
    json.writeNumberField("seq", head.seq());
    json.writeStringField("hash", head.hash());
    json.writeNumberField("records", head.records());
  }

  private static Receipt.ChainHead chain(Fields fields) throws Fields.Refused {
    return new Receipt.ChainHead(
        fields.text("writer"),
        fields.text("boot"),
        fields.number("seq"),
        fields.text("hash"),
        fields.number("records"));
  }

  private static void instant(JsonGenerator json, String name, Instant at) throws IOException {
    json.writeStringField(name, at.toString());
  }

  private static <T> void each(JsonGenerator json, String name, List<T> items, Printer<T> printer)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (var item : items) {
      json.writeStartObject();
      printer.print(json, item);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static <T> List<T> list(List<Fields> items, Reader<T> reader) throws Fields.Refused {
    var list = new ArrayList<T>();
    for (var item : items) {
      list.add(reader.read(item));
      item.end();
    }
    return list;
  }

  /// Prints the members of one item.
  private interface Printer<T> {
    void print(JsonGenerator json, T item) throws IOException;
  }

  /// Reads the members of one item.
  private interface Reader<T> {
    T read(Fields fields) throws Fields.Refused;
  }
}
