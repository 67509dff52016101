package dev.ambit.e2e.spire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.machine.User;
import dev.ambit.spiffe.source.IdentityUnavailable;
import dev.ambit.spiffe.source.Snapshot;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Identities come from a real SPIRE: all kinds of them, renewed, and kept while its agent is dead.
class RealSpireTest {
  private static final String WORKLOAD = "spiffe://acme.test/tests";
  private static final Duration LIFE = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private RealSpire spire;

  @BeforeEach
  void start() throws IOException, InterruptedException {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    spire = RealSpire.start(folder, List.of(new SpireEntry(User.ROOT, WORKLOAD, LIFE)));
  }

  @AfterEach
  void stop() {
    spire.close();
  }

  @Test
  void givesCertificateTokenAndBundlesThatVouchForEachOther() throws Exception {
    try (var source = SpiffeSource.open(spire.socket(), PATIENCE)) {
      var snapshot = source.current();
      assertThat(snapshot.spiffeId()).isEqualTo(WORKLOAD);
      verifyChain(snapshot);

      var token = source.jwtSvid("https://control.acme.test");
      verifySignature(token, snapshot);
      assertThat(claims(token))
          .containsEntry("sub", WORKLOAD)
          .containsEntry("aud", List.of("https://control.acme.test"));
      // The agent's own opinion of what we hold.
      spire
          .ask(
              User.ROOT,
              "validate",
              "jwt",
              "-audience",
              "https://control.acme.test",
              "-svid",
              token)
          .done();
      assertThat(source.jwtSvid("https://other.acme.test")).isNotEqualTo(token);
    }
  }

  @Test
  void followsARotationAndOutlivesTheDeathOfTheAgent() throws Exception {
    try (var source = SpiffeSource.open(spire.socket(), PATIENCE)) {
      var first = source.current();
      var second = next(source, first);
      assertThat(second.notAfter()).isAfter(first.notAfter());
      assertThat(second.key()).isNotEqualTo(first.key());
      verifyChain(second);

      spire.killAgent();
      assertThat(source.current()).isSameAs(second);
      assertThat(source.current().notAfter()).isAfter(source.clock().instant());

      spire.startAgentAgain();
      var third = next(source, second);
      assertThat(third.spiffeId()).isEqualTo(WORKLOAD);
      assertThat(third.notAfter()).isAfter(second.notAfter());
      verifyChain(third);
    }
  }

  @Test
  void givesNothingToWhoHasNoEntry() throws IOException {
    var stranger = User.of(61_099);
    assertThat(spire.ask(stranger, "fetch", "x509").exit()).isNotZero();
    assertThat(spire.ask(stranger, "fetch", "jwt", "-audience", "x").exit()).isNotZero();
  }

  @Test
  void saysThatTheAgentIsGone() {
    spire.close();
    assertThatThrownBy(() -> SpiffeSource.open(spire.socket(), Duration.ofSeconds(2)))
        .isInstanceOf(IdentityUnavailable.class)
        .hasMessageContaining("unix:" + spire.socket());
  }

  private static Snapshot next(SpiffeSource source, Snapshot before) {
    Await.until(
        "an identity after " + before,
        PATIENCE,
        () ->
            source.current().version() > before.version()
                && !source.current().notAfter().equals(before.notAfter()));
    return source.current();
  }

  private static void verifyChain(Snapshot snapshot) throws GeneralSecurityException {
    var anchors =
        Objects.requireNonNull(snapshot.bundles().get(RealSpire.TRUST_DOMAIN)).stream()
            .map(root -> new TrustAnchor(root, null))
            .collect(Collectors.toSet());
    var parameters = new PKIXParameters(anchors);
    parameters.setRevocationEnabled(false);
    var path = CertificateFactory.getInstance("X.509").generateCertPath(snapshot.chain());
    assertThat(CertPathValidator.getInstance("PKIX").validate(path, parameters)).isNotNull();
  }

  /// ES256 (RFC 7518 3.4), with the key that the bundle names.
  private static void verifySignature(String token, Snapshot snapshot)
      throws GeneralSecurityException {
    var parts = token.split("\\.", 3);
    var head = json(parts[0]);
    var keys = Objects.requireNonNull(snapshot.jwtBundles().get(RealSpire.TRUST_DOMAIN));
    assertThat(head).containsEntry("alg", "ES256");
    var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
    signature.initVerify(Objects.requireNonNull(keys.get(String.valueOf(head.get("kid")))));
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
  }

  private static Map<String, Object> claims(String token) {
    return json(token.split("\\.", 3)[1]);
  }

  @SuppressWarnings("unchecked") // Both parts of a JWT are objects.
  private static Map<String, Object> json(String part) {
    return (Map<String, Object>) Json.read(Base64.getUrlDecoder().decode(part)).orElseThrow();
  }
}
