package dev.ambit.spiffe.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is issued here is a certificate to others: to the JDK and to OpenSSL.
class CertificateAuthorityTest {
  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final Validity DAY = Validity.from(NOON, Duration.ofDays(1));
  private static final KeyPair KEYS = Keys.generate();
  private final CertificateAuthority authority =
      CertificateAuthority.create(
          "Pod authority", DAY, new SubjectName.Uri("spiffe://example.org"));

  @Test
  void issuesLeavesThatTheJdkVerifies() throws Exception {
    var leaf = authority.issue(KEYS.getPublic(), everyKindOfName());
    assertThat(leaf.getSubjectAlternativeNames())
        .containsExactly(
            List.of(2, "api.example.org"),
            List.of(7, "192.0.2.1"),
            List.of(7, "2001:db8:0:0:0:0:0:1"),
            List.of(6, "spiffe://example.org/a"));
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
    assertThat(leaf.getKeyUsage()).containsExactly(keyUsage(0));
    assertThat(leaf.getExtendedKeyUsage())
        .containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
    assertThat(leaf.getCriticalExtensionOIDs())
        .containsExactlyInAnyOrder("2.5.29.15", "2.5.29.17", "2.5.29.19");
    validate(leaf, NOON);
  }

  @Test
  void makesAnAuthorityThatSignsLeavesOnly() {
    var certificate = authority.certificate();
    assertThat(certificate.getBasicConstraints()).isZero();
    assertThat(certificate.getKeyUsage()).containsExactly(keyUsage(5, 6));
    assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=Pod authority");
  }

  @Test
  void isVerifiedByOpenssl(@TempDir Path folder) throws Exception {
    var leaf = authority.issue(KEYS.getPublic(), everyKindOfName());
    var root = write(folder, "root.pem", authority.certificate());
    var end = write(folder, "leaf.pem", leaf);
    var at = Long.toString(NOON.getEpochSecond());
    var verified =
        openssl(
            "verify",
            "-x509_strict",
            "-attime",
            at,
            "-purpose",
            "sslserver",
            "-verify_hostname",
            "api.example.org",
            "-CAfile",
            root,
            end);
    assertThat(verified).endsWith("leaf.pem: OK\n");
    var shown = openssl("x509", "-noout", "-text", "-in", end);
    assertThat(shown)
        .contains(
            "CA:FALSE",
            "Digital Signature",
            "ecdsa-with-SHA256",
            "DNS:api.example.org",
            "IP Address:192.0.2.1",
            "URI:spiffe://example.org/a",
            "X509v3 Authority Key Identifier");
  }

  @Test
  void isNotValidAfterItsEndNorBeforeItsBeginning() {
    var leaf = authority.issue(KEYS.getPublic(), everyKindOfName());
    assertThatThrownBy(() -> validate(leaf, NOON.plus(Duration.ofDays(1)).plusSeconds(1)))
        .isInstanceOf(CertPathValidatorException.class);
    assertThatThrownBy(() -> validate(leaf, NOON.minusSeconds(61)))
        .isInstanceOf(CertPathValidatorException.class);
  }

  @Test
  void endsALeafWithItsAuthority() {
    var late = Leaf.svid(Validity.from(NOON, Duration.ofDays(2)), "spiffe://example.org/a");
    assertThat(authority.issue(KEYS.getPublic(), late).getNotAfter().toInstant())
        .isEqualTo(DAY.notAfter());
  }

  @Test
  void writesYearsBeyond2049() throws Exception {
    var far = Instant.parse("2061-02-03T04:05:06Z");
    var long35 = CertificateAuthority.create("Long", new Validity(NOON, far));
    assertThat(long35.certificate().getNotAfter()).isEqualTo(Date.from(far));
    long35.certificate().verify(long35.certificate().getPublicKey());
  }

  @Test
  void givesEachCertificateAnotherPositiveSerial() {
    var first = authority.issue(KEYS.getPublic(), everyKindOfName()).getSerialNumber();
    var second = authority.issue(KEYS.getPublic(), everyKindOfName()).getSerialNumber();
    assertThat(first).isPositive().isNotEqualTo(second);
    assertThat(first.toByteArray()).hasSizeLessThanOrEqualTo(20);
  }

  @Test
  void comesBackFromPem() throws Exception {
    var text = Pem.certificates(List.of(authority.certificate()));
    var back =
        new CertificateAuthority(
            Pem.readCertificates(text).getFirst(),
            Pem.readPrivateKey(Pem.privateKey(authority.key())));
    assertThat(back).isEqualTo(authority);
    validate(back.issue(KEYS.getPublic(), everyKindOfName()), NOON);
  }

  @Test
  void showsNoKey() {
    assertThat(authority).hasToString("CertificateAuthority[CN=Pod authority]");
    assertThatThrownBy(() ->
            Pem.readPrivateKey("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----"))
        .hasMessage("key: unreadable (expected: an EC key in PKCS#8)")
        .hasNoCause();
  }

  @Test
  void refusesOtherKeysAndLeavesAsAuthorities() throws Exception {
    var generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    var rsa = generator.generateKeyPair();
    assertThatThrownBy(() -> new CertificateAuthority(authority.certificate(), rsa.getPrivate()))
        .hasMessage("key: RSA (expected: EC P-256)");
    var leaf = authority.issue(KEYS.getPublic(), everyKindOfName());
    assertThatThrownBy(() -> new CertificateAuthority(leaf, KEYS.getPrivate()))
        .hasMessageContaining("expected: CA=TRUE");
  }

  @Test
  void boundsNamesAndTheirNumber() {
    assertThatThrownBy(() -> new SubjectName.Dns("a".repeat(254)))
        .hasMessage("dns: 254 characters (expected: 1 to 253 characters of ASCII)");
    assertThatThrownBy(() -> new SubjectName.Uri("ü")).hasMessageContaining("ASCII");
    assertThatThrownBy(() -> CertificateAuthority.create("a".repeat(65), DAY))
        .hasMessageContaining("1 to 64");
    var many = Collections.nCopies(101, new SubjectName.Dns("a"));
    assertThatThrownBy(() -> new Leaf("", List.copyOf(many), Set.of(Purpose.SERVER), DAY))
        .hasMessage("names: 101 (expected: 1 to 100)");
    assertThatThrownBy(() -> new Validity(NOON, NOON)).hasMessageContaining("notAfter");
  }

  private static Leaf everyKindOfName() {
    return new Leaf(
        "",
        List.of(
            new SubjectName.Dns("api.example.org"),
            new SubjectName.Ip(InetAddress.ofLiteral("192.0.2.1")),
            new SubjectName.Ip(InetAddress.ofLiteral("2001:db8::1")),
            new SubjectName.Uri("spiffe://example.org/a")),
        Set.of(Purpose.SERVER, Purpose.CLIENT),
        DAY);
  }

  private void validate(X509Certificate leaf, Instant at) throws GeneralSecurityException {
    var parameters = new PKIXParameters(Set.of(new TrustAnchor(authority.certificate(), null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(at));
    var path = CertificateFactory.getInstance("X.509").generateCertPath(List.of(leaf));
    CertPathValidator.getInstance("PKIX").validate(path, parameters);
  }

  private static boolean[] keyUsage(int... set) {
    var bits = new boolean[9];
    for (int bit : set) {
      bits[bit] = true;
    }
    return bits;
  }

  private static String write(Path folder, String name, X509Certificate certificate)
      throws IOException {
    return Files.writeString(folder.resolve(name), Pem.certificates(List.of(certificate)))
        .toString();
  }

  private static String openssl(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
