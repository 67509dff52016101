package dev.ambit.spiffe.x509;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names are hashed as OpenSSL hashes them, so that it finds what was put under the hash.
class SubjectHashTest {
  private static final Path SYSTEM = Path.of("/etc/ssl/certs/ca-certificates.crt");

  @TempDir Path dir;

  @Test
  void agreesWithOpensslOnEveryPublicRoot() throws Exception {
    var roots = new ArrayList<>(OpenSsl.publicRoots());
    if (Files.isReadable(SYSTEM)) {
      roots.addAll(Pem.readCertificates(Files.readString(SYSTEM)));
    }
    assertThat(roots).hasSizeGreaterThan(50);
    for (var root : roots) {
      assertAgrees(root);
    }
  }

  /// With `nombstr` what is not ASCII is a TeletexString, with `pkix` a BMPString.
  @ParameterizedTest
  @ValueSource(strings = {"utf8only", "nombstr", "pkix"})
  void agreesOnEveryKindOfStringSpacesAndLettersOfEveryCase(String strings) throws Exception {
    for (var subject :
        List.of(
            "CN = plain",
            "C = DE\nO = \"Two  Spaces   Inside\"\nCN = \" Ends \"",
            "O = Gr\u00fc\u00dfe aus K\u00d6LN\nCN = \u00c5NGSTR\u00d6M",
            "O = Zeta\n+OU = alpha\n+CN = MIDDLE\n1.CN = b\n1.+OU = A",
            "emailAddress = CA@Example.ORG\n0.DC = Example\n1.DC = Org\nserialNumber = 0042 A",
            "O = \"a\tb\u00a0c\"")) {
      assertAgrees(made(strings, subject));
    }
  }

  @Test
  void agreesOnALongName() throws Exception {
    var parts = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      parts.append(i).append(".OU = ").append("x".repeat(60)).append('\n');
    }
    assertAgrees(made("utf8only", parts.toString()));
  }

  @Test
  void agreesOnAUniversalString() throws Exception {
    var text = "\u00c4  B".getBytes(StandardCharsets.UTF_32BE);
    var universal = Der.concat(new byte[] {0x1c, (byte) text.length}, text);
    var attribute = Der.sequence(Der.oid("2.5.4.3"), universal);
    var subject = new X500Principal(Der.sequence(Der.set(attribute)));
    var keys = Keys.generate();
    var validity = Validity.from(Instant.parse("2026-06-01T12:00:00Z"), Duration.ofDays(1));
    assertAgrees(
        new CertificateBody(subject, validity, subject, keys.getPublic(), List.of())
            .sign(keys.getPrivate()));
  }

  /// As OpenSSL 3 prints it for a certificate without a subject.
  @Test
  void hashesANameOfNothing() {
    assertThat(SubjectHash.of(new X500Principal(""))).isEqualTo("eea339da");
  }

  /// The name goes by a file: how arguments are encoded hangs on the locale.
  private X509Certificate made(String strings, String subject) throws Exception {
    var config =
        Files.writeString(
            dir.resolve("req.cnf"),
            "[req]\nprompt = no\nutf8 = yes\nstring_mask = "
                + strings
                + "\ndistinguished_name = name\n[name]\n"
                + subject
                + "\n");
    var file = dir.resolve("made.pem");
    Files.deleteIfExists(file);
    var said =
        OpenSsl.says(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-config",
            config.toString(),
            "-keyout",
            dir.resolve("made.key").toString(),
            "-out",
            file.toString());
    assertThat(file).as(said).exists();
    return Pem.readCertificates(Files.readString(file)).getFirst();
  }

  private void assertAgrees(X509Certificate certificate) throws Exception {
    var subject = certificate.getSubjectX500Principal();
    var file = Files.writeString(dir.resolve("it.pem"), Pem.certificates(List.of(certificate)));
    assertThat(SubjectHash.of(subject))
        .as(subject.toString())
        .isEqualTo(OpenSsl.says("x509", "-noout", "-subject_hash", "-in", file.toString()).strip());
  }
}
