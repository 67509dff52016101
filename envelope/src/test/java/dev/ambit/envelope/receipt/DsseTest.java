package dev.ambit.envelope.receipt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Parsed;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A signed statement verifies with its key alone, and no byte of it can be changed.
class DsseTest {
  private static final String TYPE = "application/vnd.test+json";

  @Test
  void encodesWhatIsSignedAsTheSpecificationSays() {
    // The example of protocol.md in the DSSE repository.
    assertThat(
            new String(
                Dsse.pae("http://example.com/HelloWorld", "hello world".getBytes(UTF_8)), UTF_8))
        .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  }

  @Test
  void verifiesWithTheKeyThatSignedAndNoOther() {
    var key = key();
    var read = parsed(signed(key).toJson());
    assertThat(read.verifies(key.getPublic())).isTrue();
    assertThat(read.verifies(key().getPublic())).isFalse();
    assertThat(read.payloadType()).isEqualTo(TYPE);
    assertThat(new String(read.payload(), UTF_8)).isEqualTo("{\"a\":1}");
    assertThat(read.keyIds()).containsExactly(PublicKeys.id(key.getPublic()));
  }

  /// Of each length modulo three, since the last character of Base64 has bits too many in two of
  /// them.
  @ParameterizedTest
  @ValueSource(strings = {"{\"a\":1}", "{\"a\":12}", "{\"a\":123}"})
  void refusesEveryChangeOfOneBit(String payload) {
    var key = key();
    var json = Dsse.sign(TYPE, payload.getBytes(UTF_8), key.getPrivate(), key.getPublic()).toJson();
    assertThat(parsed(json).verifies(key.getPublic())).isTrue();
    for (var at = 0; at < json.length; at++) {
      for (var bit = 1; bit <= 0x80; bit <<= 1) {
        var changed = json.clone();
        changed[at] ^= (byte) bit;
        var held =
            Dsse.parse(changed) instanceof Parsed.Ok<Dsse>(Dsse dsse)
                && dsse.verifies(key.getPublic());
        assertThat(held).as("byte %d, bit %d", at, bit).isFalse();
      }
    }
  }

  @Test
  void refusesUnknownAndDuplicateMembersAndTrailingText() {
    var json = new String(signed(key()).toJson(), UTF_8);
    assertThat(why(json.replaceFirst("\\{", "{\"x\":1,"))).contains("unknown members");
    assertThat(why(json.replaceFirst("\\{", "{\"payload\":\"\","))).contains("malformed");
    assertThat(why(json + "{}")).contains("more than one value");
    assertThat(why("[]")).contains("no object");
  }

  @Test
  void refusesMoreThanOneMebibyte() {
    assertThat(Dsse.parse(new byte[Dsse.BYTES_MAX + 1])).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void readsBackTheKeyItPrinted() {
    var key = key().getPublic();
    assertThat(PublicKeys.fromPem(PublicKeys.toPem(key))).isEqualTo(new Parsed.Ok<>(key));
    assertThat(PublicKeys.fromPem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"))
        .isInstanceOf(Parsed.Malformed.class);
    assertThat(PublicKeys.fromPem("nothing")).isInstanceOf(Parsed.Malformed.class);
  }

  private static Dsse signed(KeyPair key) {
    return Dsse.sign(TYPE, "{\"a\":1}".getBytes(UTF_8), key.getPrivate(), key.getPublic());
  }

  private static Dsse parsed(byte[] json) {
    return ((Parsed.Ok<Dsse>) Dsse.parse(json)).value();
  }

  private static String why(String json) {
    return ((Parsed.Malformed<Dsse>) Dsse.parse(json.getBytes(UTF_8))).why();
  }

  private static KeyPair key() {
    try {
      return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
