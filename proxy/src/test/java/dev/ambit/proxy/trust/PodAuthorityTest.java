package dev.ambit.proxy.trust;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.spiffe.x509.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The pod CA: made once, kept closed, verifiable by anyone.
class PodAuthorityTest {
  private final Instant now = InstantSource.system().instant();
  private final InstantSource clock = InstantSource.fixed(now);

  @TempDir Path dir;

  @Test
  void keepsTheAuthorityOverRestarts() throws IOException {
    var first = PodAuthority.open(dir, clock);
    assertThat(PodAuthority.open(dir, clock).certificate()).isEqualTo(first.certificate());
  }

  @Test
  void a183KeepsTheKeyReadableByItsOwnerAlone() throws IOException {
    var authority = PodAuthority.open(dir, clock);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("ca.key"))))
        .isEqualTo("r--------");
    assertThat(authority.certificate().getBasicConstraints()).isZero();
  }

  @Test
  void replacesAnAuthorityThatHasExpired() throws IOException {
    var first = PodAuthority.open(dir, clock);
    var later = InstantSource.fixed(now.plus(PodAuthority.LIFE).plus(Duration.ofDays(1)));
    assertThat(PodAuthority.open(dir, later).certificate()).isNotEqualTo(first.certificate());
  }

  @Test
  void refusesAKeyThatIsNone() throws IOException {
    var _ = PodAuthority.open(dir, clock);
    Files.delete(dir.resolve("ca.key"));
    Files.writeString(dir.resolve("ca.key"), "rubbish");
    assertThatThrownBy(() -> PodAuthority.open(dir, clock))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("private directory")
        .hasMessageNotContaining("rubbish");
  }

  @Test
  void findsRootsInTheJdkToo() throws IOException {
    assertThat(SystemRoots.jdk(Path.of(System.getProperty("java.home"), "lib/security/cacerts")))
        .hasSizeGreaterThan(50);
  }

  @Test
  void opensslVerifiesALeafAgainstTheCa() throws Exception {
    var authority = PodAuthority.open(dir, clock);
    var keys = dev.ambit.spiffe.x509.Keys.generate();
    var leaf =
        authority.issue(
            keys.getPublic(),
            dev.ambit.spiffe.x509.Leaf.server(
                dev.ambit.spiffe.x509.Validity.from(now, Duration.ofHours(1)),
                new dev.ambit.spiffe.x509.SubjectName.Dns("api.good.test")));
    var file = Files.writeString(dir.resolve("leaf.pem"), Pem.certificates(List.of(leaf)));
    assertThat(verify(file, "api.good.test")).contains("OK");
    assertThat(verify(file, "evil.test")).doesNotContain("OK");
  }

  private String verify(Path leaf, String host) throws Exception {
    var process =
        new ProcessBuilder(
                "openssl",
                "verify",
                "-x509_strict",
                "-purpose",
                "sslserver",
                "-verify_hostname",
                host,
                "-CAfile",
                dir.resolve("ca.pem").toString(),
                leaf.toString())
            .redirectErrorStream(true)
            .start();
    var said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
    return said;
  }
}
