package dev.ambit.envelope.receipt;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ambit.envelope.Parsed;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/// A signed statement: payload, its type and Ed25519 signatures (DSSE v1,
/// <https://github.com/secure-systems-lab/dsse>). Immutable; verifying needs nothing but the key.
public final class Dsse {
  /// A JSON envelope longer than this is refused.
  public static final int BYTES_MAX = 1_024 * 1_024;

  private static final int SIGNATURES_MAX = 16;
  private static final int TYPE_LENGTH_MAX = 256;
  private static final Pattern KEY_ID = Pattern.compile("[0-9a-f]{64}");
  private static final String ALGORITHM = "Ed25519";

  private final String payloadType;
  private final byte[] payload;
  private final List<Signed> signatures;

  private Dsse(String payloadType, byte[] payload, List<Signed> signatures) {
    this.payloadType = payloadType;
    this.payload = payload;
    this.signatures = List.copyOf(signatures);
  }

  /// Signs a payload. `publicKey` is only named by the signature (its id), not used.
  public static Dsse sign(
      String payloadType, byte[] payload, PrivateKey privateKey, PublicKey publicKey) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initSign(privateKey);
      signature.update(pae(payloadType, payload));
      var signed = new Signed(PublicKeys.id(publicKey), signature.sign());
      return new Dsse(payloadType, payload.clone(), List.of(signed));
    } catch (NoSuchAlgorithmException | InvalidKeyException | SignatureException e) {
      throw new IllegalArgumentException("key: cannot sign (expected: an Ed25519 key)", e);
    }
  }

  /// Reads the JSON form strictly: no unknown or duplicate keys, standard base64, at most
  /// [#BYTES_MAX]. Nothing is verified yet.
  public static Parsed<Dsse> parse(byte[] json) {
    try {
      var fields = Fields.parse(json, BYTES_MAX);
      var payload = base64("payload", fields.text("payload"));
      var type = fields.text("payloadType");
      if (type.isEmpty() || type.length() > TYPE_LENGTH_MAX) {
        throw new Fields.Refused("payloadType: wrong length (expected: 1 to 256 characters)");
      }
      var signatures = new ArrayList<Signed>();
      for (var entry : fields.objects("signatures", SIGNATURES_MAX)) {
        signatures.add(new Signed(entry.text("keyid"), base64("sig", entry.text("sig"))));
        entry.end();
      }
      fields.end();
      if (signatures.isEmpty()) {
        throw new Fields.Refused("signatures: none (expected: at least one)");
      }
      for (var signed : signatures) {
        if (!KEY_ID.matcher(signed.keyId()).matches()) {
          throw new Fields.Refused("keyid: malformed (expected: 64 lower-case hex digits)");
        }
      }
      return new Parsed.Ok<>(new Dsse(type, payload, signatures));
    } catch (Fields.Refused e) {
      return new Parsed.Malformed<>(e.why());
    }
  }

  /// Whether `key` signed exactly this payload and type. Only signatures that name the key count.
  public boolean verifies(PublicKey key) {
    var id = PublicKeys.id(key);
    for (var signed : signatures) {
      if (signed.keyId().equals(id) && verifies(signed, key)) {
        return true;
      }
    }
    return false;
  }

  /// What the payload is, for example [Receipt#PAYLOAD_TYPE].
  public String payloadType() {
    return payloadType;
  }

  /// The payload; a copy.
  public byte[] payload() {
    return payload.clone();
  }

  /// Ids of the keys that are said to have signed.
  public List<String> keyIds() {
    return signatures.stream().map(Signed::keyId).toList();
  }

  /// The JSON form.
  public byte[] toJson() {
    var bytes = new ByteArrayOutputStream(payload.length * 4 / 3 + 512);
    try (var json = Fields.generator(bytes)) {
      json.writeStartObject();
      json.writeStringField("payload", Base64.getEncoder().encodeToString(payload));
      json.writeStringField("payloadType", payloadType);
      writeSignatures(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("json: not writable", e);
    }
    return bytes.toByteArray();
  }

  /// What is signed (DSSE's pre-authentication encoding): type and payload with their lengths, so
  /// that no two pairs give the same bytes.
  static byte[] pae(String payloadType, byte[] payload) {
    var type = payloadType.getBytes(StandardCharsets.UTF_8);
    var bytes = new ByteArrayOutputStream(payload.length + type.length + 32);
    bytes.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(type);
    bytes.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.US_ASCII));
    bytes.writeBytes(payload);
    return bytes.toByteArray();
  }

  private boolean verifies(Signed signed, PublicKey key) {
    try {
      var signature = Signature.getInstance(ALGORITHM);
      signature.initVerify(key);
      signature.update(pae(payloadType, payload));
      return signature.verify(signed.bytes());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("signature: Ed25519 is missing from this JDK", e);
    } catch (InvalidKeyException | SignatureException _) {
      return false; // another kind of key, or bytes that are no signature
    }
  }

  private void writeSignatures(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("signatures");
    for (var signed : signatures) {
      json.writeStartObject();
      json.writeStringField("keyid", signed.keyId());
      json.writeStringField("sig", Base64.getEncoder().encodeToString(signed.bytes()));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  /// Only the one spelling of these bytes: the JDK's decoder does not look at the bits that the
  /// last character has too many, so that a changed character would be the same (RFC 4648 3.5).
  private static byte[] base64(String name, String text) throws Fields.Refused {
    try {
      var bytes = Base64.getDecoder().decode(text);
      if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
        return bytes;
      }
    } catch (IllegalArgumentException _) {
      // Refused below.
    }
    throw new Fields.Refused(name + ": not base64 (expected: RFC 4648 section 4, padded)");
  }

  /// One signature and the id of the key that made it.
  private static final class Signed {
    private final String keyId;
    private final byte[] bytes;

    Signed(String keyId, byte[] bytes) {
      this.keyId = keyId;
      this.bytes = bytes;
    }

    String keyId() {
      return keyId;
    }

    byte[] bytes() {
      return bytes;
    }
  }
}
