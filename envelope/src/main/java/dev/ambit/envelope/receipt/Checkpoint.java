package dev.ambit.envelope.receipt;

import dev.ambit.envelope.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Where the audit chains stood at one moment. Each names the one before it by digest, so that
/// whoever owns the database cannot rewrite a chain older than the last checkpoint unnoticed.
///
/// @param n counts from 1 without gaps
/// @param previous SHA-256 over the payload of checkpoint n-1, hex; 64 zeros for the first
/// @param heads of the chains that moved since then, at most [#HEADS_MAX]
public record Checkpoint(long n, Instant at, String previous, List<Head> heads) {
  /// The payload type of its DSSE envelope.
  public static final String PAYLOAD_TYPE = "application/vnd.ambit.checkpoint+json";

  /// Chains that one checkpoint can name; the others come in the next.
  public static final int HEADS_MAX = 2_000;

  private static final int VERSION = 1;
  private static final int BYTES_MAX = 768 * 1_024;

  public Checkpoint {
    heads = List.copyOf(heads);
  }

  /// The head of one chain.
  ///
  /// @param writer SPIFFE ID of who writes it
  /// @param hash of the chain up to `seq`, hex
  public record Head(String writer, String boot, long seq, String hash) {}

  /// The canonical JSON.
  public byte[] toJson() {
    var bytes = new ByteArrayOutputStream(1_024);
    try (var json = Fields.generator(bytes)) {
      json.writeStartObject();
      json.writeNumberField("version", VERSION);
      json.writeNumberField("n", n);
      json.writeStringField("at", at.toString());
      json.writeStringField("previous", previous);
      json.writeArrayFieldStart("heads");
      for (var head : heads) {
        json.writeStartObject();
        json.writeStringField("writer", head.writer());
        json.writeStringField("boot", head.boot());
        json.writeNumberField("seq", head.seq());
        json.writeStringField("hash", head.hash());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("json: not writable", e);
    }
    return bytes.toByteArray();
  }

  /// Returns the checkpoint, or why the bytes are none. Anything but the canonical form is refused.
  public static Parsed<Checkpoint> parse(byte[] json) {
    try {
      var fields = Fields.parse(json, BYTES_MAX);
      var version = fields.number("version");
      if (version != VERSION) {
        throw new Fields.Refused("version: " + version + " (expected: " + VERSION + ")");
      }
      var n = fields.number("n");
      var at = fields.instant("at");
      var previous = fields.text("previous");
      var heads = new ArrayList<Head>();
      for (var head : fields.objects("heads", HEADS_MAX)) {
        heads.add(
            new Head(
                head.text("writer"), head.text("boot"), head.number("seq"), head.text("hash")));
        head.end();
      }
      fields.end();
      var checkpoint = new Checkpoint(n, at, previous, heads);
      return Arrays.equals(json, checkpoint.toJson())
          ? new Parsed.Ok<>(checkpoint)
          : new Parsed.Malformed<>("json: not canonical (expected: as Ambit prints it)");
    } catch (Fields.Refused e) {
      return new Parsed.Malformed<>(e.why());
    }
  }
}
