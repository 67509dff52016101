package dev.ambit.control.credential.oauth;

import com.fasterxml.jackson.core.JsonFactory;
import dev.ambit.control.credential.Material;
import dev.ambit.control.credential.SecretFile;
import dev.ambit.envelope.Ids;
import dev.ambit.resources.ProviderSpec.Client;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/// Client assertions by a client's own key (RFC 7523 3): each with a `jti` of its own, good for a
/// minute. Thread-safe.
public final class Assertions {
  private static final Duration LIFE = Duration.ofMinutes(1);
  private static final int P256_BITS = 256;
  private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();
  private static final JsonFactory JSON = new JsonFactory();

  private final Ids ids;
  private final InstantSource clock;

  public Assertions(Ids ids, InstantSource clock) {
    this.ids = ids;
    this.clock = clock;
  }

  String sign(Client.Key client) throws IOException, GeneralSecurityException {
    var now = clock.instant().getEpochSecond();
    var header =
        object(
            Map.of("alg", client.algorithm().name(), "kid", client.keyId(), "typ", "JWT"),
            Map.of());
    var claims =
        object(
            Map.of(
                "iss",
                client.id(),
                "sub",
                client.id(),
                "aud",
                client.audience(),
                "jti",
                ids.next()),
            Map.of("iat", now, "exp", now + LIFE.toSeconds()));
    var signed = URL.encodeToString(header) + "." + URL.encodeToString(claims);
    var signature = Signature.getInstance(signature(client.algorithm()));
    signature.initSign(key(client));
    signature.update(signed.getBytes(StandardCharsets.US_ASCII));
    return signed + "." + URL.encodeToString(signature.sign());
  }

  private static PrivateKey key(Client.Key client) throws IOException, GeneralSecurityException {
    try (var pem = SecretFile.read(client.file());
        var der = new Material(der(pem.bytes()))) {
      var key =
          KeyFactory.getInstance(
                  switch (client.algorithm()) {
                    case ES256 -> "EC";
                    case RS256 -> "RSA";
                    case EdDSA -> "Ed25519";
                  })
              .generatePrivate(new PKCS8EncodedKeySpec(der.bytes()));
      // ES256 is P-256 alone (RFC 7518 3.4).
      if (key instanceof ECPrivateKey ec
          && ec.getParams().getCurve().getField().getFieldSize() != P256_BITS) {
        throw new GeneralSecurityException("key: another curve (expected: P-256)");
      }
      return key;
    }
  }

  /// What stands between the lines that name it (RFC 7468); only PKCS #8 in clear is taken.
  private static byte[] der(byte[] pem) throws GeneralSecurityException {
    var begin = "-----BEGIN PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII);
    var end = "-----END PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII);
    var from = at(pem, begin) + begin.length;
    var to = at(pem, end);
    if (from > to) {
      throw new GeneralSecurityException("key: no PEM (expected: PRIVATE KEY)");
    }
    var body = Arrays.copyOfRange(pem, from, to);
    try {
      return Base64.getMimeDecoder().decode(body);
    } catch (IllegalArgumentException _) {
      throw new GeneralSecurityException("key: no base64 (expected: PRIVATE KEY)");
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  private static int at(byte[] text, byte[] sought) throws GeneralSecurityException {
    for (var at = 0; at + sought.length <= text.length; at++) {
      if (Arrays.equals(text, at, at + sought.length, sought, 0, sought.length)) {
        return at;
      }
    }
    throw new GeneralSecurityException("key: no PEM (expected: PRIVATE KEY)");
  }

  private static String signature(Client.Algorithm algorithm) {
    return switch (algorithm) {
      case ES256 -> "SHA256withECDSAinP1363Format";
      case RS256 -> "SHA256withRSA";
      case EdDSA -> "Ed25519";
    };
  }

  private static byte[] object(Map<String, String> texts, Map<String, Long> numbers)
      throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      for (var text : texts.entrySet()) {
        json.writeStringField(text.getKey(), text.getValue());
      }
      for (var number : numbers.entrySet()) {
        json.writeNumberField(number.getKey(), number.getValue());
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
