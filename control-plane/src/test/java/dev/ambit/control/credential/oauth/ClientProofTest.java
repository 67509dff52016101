package dev.ambit.control.credential.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import dev.ambit.control.credential.Change;
import dev.ambit.control.credential.SecretFile;
import dev.ambit.control.credential.World;
import dev.ambit.envelope.Grant;
import dev.ambit.resources.ProviderSpec.Client;
import dev.ambit.resources.ProviderSpec.Client.Algorithm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A client proves itself by its own key or by the control plane's JWT-SVID, and asks for nothing
/// when it cannot.
class ClientProofTest {
  private static final Grant GRANT = World.grant("read", "idp");
  private static final String AUDIENCE = "https://issuer.example.org/realms/a";

  @TempDir Path folder;
  private World world;
  private FakeIssuer issuer;

  @BeforeEach
  void start() {
    world = new World(folder);
    issuer = FakeIssuer.start(folder);
  }

  @AfterEach
  void stop() {
    world.close();
    issuer.close();
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void signsAnAssertionOfItsOwnForEachRequest(Algorithm algorithm)
      throws IOException, GeneralSecurityException, ParseException {
    var keys = keys(algorithm);
    var file = pem(keys);
    offer(new Client.Key("ambit", file, "key-1", algorithm, AUDIENCE));
    var seen = new ArrayList<Map<String, List<String>>>();
    issuer.assertion = seen::add;
    world.token(world.open(), GRANT, World.PROXY);
    world.token(world.open(), GRANT, World.PROXY);
    assertThat(seen).hasSize(2);
    var ids = new ArrayList<String>();
    for (var form : seen) {
      assertThat(form)
          .containsEntry("client_id", List.of("ambit"))
          .containsEntry(
              "client_assertion_type",
              List.of("urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
      var jwt = SignedJWT.parse(form.getOrDefault("client_assertion", List.of("")).getFirst());
      assertThat(verifies(jwt, keys.getPublic())).isTrue();
      assertThat(jwt.getHeader().getKeyID()).isEqualTo("key-1");
      assertThat(jwt.getHeader().getAlgorithm().getName()).isEqualTo(algorithm.name());
      var claims = jwt.getJWTClaimsSet();
      assertThat(claims.getIssuer()).isEqualTo("ambit");
      assertThat(claims.getSubject()).isEqualTo("ambit");
      assertThat(claims.getAudience()).containsExactly(AUDIENCE);
      assertThat(claims.getIssueTime().toInstant()).isEqualTo(world.clock.instant());
      assertThat(claims.getExpirationTime().toInstant())
          .isEqualTo(world.clock.instant().plus(Duration.ofMinutes(1)));
      ids.add(claims.getJWTID());
    }
    assertThat(ids).doesNotHaveDuplicates().doesNotContainNull();
  }

  @Test
  void showsItsJwtSvidForExactlyTheConfiguredAudience() {
    world.identity = audience -> "svid-for-" + audience;
    offer(new Client.Svid(Optional.empty(), AUDIENCE));
    var seen = new ArrayList<Map<String, List<String>>>();
    issuer.assertion = seen::add;
    world.token(world.open(), GRANT, World.PROXY);
    assertThat(seen.getFirst())
        .containsEntry(
            "client_assertion_type",
            List.of("urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"))
        .containsEntry("client_assertion", List.of("svid-for-" + AUDIENCE))
        .doesNotContainKey("client_id");
  }

  @Test
  void revokesByItsJwtSvidWhenTheWorkloadIsGone() {
    world.identity = audience -> "svid-for-" + audience;
    offer(new Client.Svid(Optional.of("ambit"), AUDIENCE));
    issuer.assertion =
        form -> form.getOrDefault("client_assertion", List.of()).contains("svid-for-" + AUDIENCE);
    var session = world.open();
    var token = world.token(session, GRANT, World.PROXY);
    world.end(session);
    world.awaitClosed(session);
    assertThat(issuer.alive(token)).isFalse();
  }

  @Test
  void asksForNothingWithoutAnSvid() {
    offer(new Client.Svid(Optional.empty(), AUDIENCE));
    refused("client: no JWT-SVID to be had (expected: the SPIFFE agent answers)");
  }

  @Test
  void asksForNothingWithAKeyThatIsNotUsable() throws IOException, GeneralSecurityException {
    var other = KeyPairGenerator.getInstance("EC");
    other.initialize(new ECGenParameterSpec("secp384r1"));
    for (var unusable :
        List.of(
            Files.writeString(folder.resolve("empty.pem"), ""),
            Files.writeString(folder.resolve("cut.pem"), "-----BEGIN PRIVATE KEY-----\nAAAA"),
            Files.writeString(
                folder.resolve("back.pem"),
                "-----END PRIVATE KEY----- -----BEGIN PRIVATE KEY-----"),
            Files.writeString(folder.resolve("large.pem"), "x".repeat(SecretFile.BYTES_MAX + 1)),
            folder.resolve("missing.pem"),
            pem(keys(Algorithm.RS256)),
            pem(other.generateKeyPair()))) {
      offer(new Client.Key("ambit", unusable, "key-1", Algorithm.ES256, AUDIENCE));
      refused("client key: not usable (expected: PKCS #8 in PEM, of ES256)");
    }
  }

  @Test
  void asksForNothingWithoutItsSecret() {
    offer(new Client.Secret("ambit", folder.resolve("missing")));
    refused("client secret: file unreadable (expected: a secret)");
  }

  private void refused(String why) {
    var session = world.open();
    assertThat(world.refused(session, GRANT)).isEqualTo("provider idp: " + why);
    assertThat(issuer.asked()).isEmpty();
    assertThat(world.rows(session)).isEmpty();
  }

  private void offer(Client client) {
    var spec = world.spec("idp", issuer, issuer.at("/token"));
    world.resources.put("idp", new Change(spec).client(client));
  }

  private static KeyPair keys(Algorithm algorithm) throws GeneralSecurityException {
    var generator =
        KeyPairGenerator.getInstance(
            switch (algorithm) {
              case ES256 -> "EC";
              case RS256 -> "RSA";
              case EdDSA -> "Ed25519";
            });
    if (algorithm == Algorithm.ES256) {
      generator.initialize(new ECGenParameterSpec("secp256r1"));
    }
    return generator.generateKeyPair();
  }

  private Path pem(KeyPair keys) throws IOException {
    var body = Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded());
    return Files.writeString(
        Files.createTempFile(folder, "key", ".pem"),
        "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n");
  }

  private static boolean verifies(SignedJWT jwt, PublicKey key) throws GeneralSecurityException {
    try {
      return switch (key) {
        case ECPublicKey ec -> jwt.verify(new ECDSAVerifier(ec));
        case RSAPublicKey rsa -> jwt.verify(new RSASSAVerifier(rsa));
        default -> {
          var signature = Signature.getInstance("Ed25519");
          signature.initVerify(key);
          signature.update(jwt.getSigningInput());
          yield signature.verify(jwt.getSignature().decode());
        }
      };
    } catch (JOSEException e) {
      throw new GeneralSecurityException(
          new String(jwt.getSigningInput(), StandardCharsets.UTF_8), e);
    }
  }
}
