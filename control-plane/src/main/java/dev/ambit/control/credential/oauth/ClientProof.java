package dev.ambit.control.credential.oauth;

import dev.ambit.control.credential.SecretFile;
import dev.ambit.resources.ProviderSpec.Client;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/// Proves to an issuer which client asks: by a secret, by an assertion of the client's own key, or
/// by the control plane's JWT-SVID. Thread-safe; blocks.
public final class ClientProof {
  private static final String TYPE = "urn:ietf:params:oauth:client-assertion-type:";

  private final Identity identity;
  private final Assertions assertions;

  public ClientProof(Identity identity, Assertions assertions) {
    this.identity = identity;
    this.assertions = assertions;
  }

  /// Adds to the form what proves the client; returns what goes into `Authorization` instead.
  Optional<String> prove(Client client, Form form) throws Impossible {
    return switch (client) {
      case Client.Secret(var id, var file) -> Optional.of(basic(id, file));
      case Client.Key key -> {
        form.add("client_id", key.id());
        assertion(form, "jwt-bearer", signed(key));
        yield Optional.empty();
      }
      case Client.Svid(var id, var audience) -> {
        id.ifPresent(name -> form.add("client_id", name));
        assertion(form, "jwt-spiffe", svid(audience));
        yield Optional.empty();
      }
    };
  }

  private static void assertion(Form form, String type, String assertion) {
    form.add("client_assertion_type", TYPE + type).add("client_assertion", assertion);
  }

  private String signed(Client.Key key) throws Impossible {
    try {
      return assertions.sign(key);
    } catch (IOException | GeneralSecurityException _) {
      throw new Impossible(
          "client key: not usable (expected: PKCS #8 in PEM, of " + key.algorithm() + ")");
    }
  }

  private String svid(String audience) throws Impossible {
    try {
      return identity.jwtSvid(audience);
    } catch (IdentityUnavailable _) {
      throw new Impossible("client: no JWT-SVID to be had (expected: the SPIFFE agent answers)");
    }
  }

  /// RFC 6749 2.3.1. The field value is a `String` because the HTTP client takes nothing else.
  private static String basic(String id, Path file) throws Impossible {
    try (var secret = SecretFile.read(file)) {
      var encodedSecret = Form.encoded(secret.bytes());
      var encodedId = Form.encoded(id.getBytes(StandardCharsets.UTF_8));
      var pair = new byte[encodedId.length + 1 + encodedSecret.length];
      try {
        System.arraycopy(encodedId, 0, pair, 0, encodedId.length);
        pair[encodedId.length] = ':';
        System.arraycopy(encodedSecret, 0, pair, encodedId.length + 1, encodedSecret.length);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
      } finally {
        Arrays.fill(encodedSecret, (byte) 0);
        Arrays.fill(pair, (byte) 0);
      }
    } catch (IOException _) {
      throw new Impossible("client secret: file unreadable (expected: a secret)");
    }
  }

  /// The client cannot prove itself now; the message is ours and repeats nothing.
  static final class Impossible extends Exception {
    private static final long serialVersionUID = 1L;

    Impossible(String why) {
      super(why);
    }

    String why() {
      return String.valueOf(getMessage());
    }
  }
}
