package dev.ambit.control.webhook.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that somebody else replaces are read anew, and what cannot be used is not.
class CertificateFilesTest {
  private static final Duration OFTEN = Duration.ofMillis(5);

  private final Pki pki = new Pki();
  @TempDir private Path folder;
  private Path certificate;
  private Path key;
  private X509Certificate first;

  @BeforeEach
  void write() throws IOException {
    certificate = folder.resolve("tls.crt");
    key = folder.resolve("tls.key");
    first = pki.write(certificate, key);
  }

  @Test
  void showsWhatStandsInThem() throws IOException {
    try (var files = CertificateFiles.open(certificate, key, OFTEN)) {
      assertThat(shown(files)).isEqualTo(first);
      assertThat(files.expiry()).contains(first.getNotAfter().toInstant());
      assertThat(files.unready()).isEmpty();
    }
  }

  @Test
  void readsThemAnewWhenTheyChange() throws IOException {
    try (var files = CertificateFiles.open(certificate, key, OFTEN)) {
      var second = pki.write(certificate, key);
      Await.until("the second", () -> shown(files).equals(second));
    }
  }

  @Test
  void keepsTheOnesBeforeWhileOneIsNewAndTheOtherOld() throws IOException {
    try (var files = CertificateFiles.open(certificate, key, OFTEN)) {
      pki.write(folder.resolve("other.crt"), key);
      Files.writeString(certificate, "-----BEGIN NOTHING-----\n");
      var third = pki.write(folder.resolve("third.crt"), folder.resolve("third.key"));
      assertThat(shown(files)).isEqualTo(first);
      Files.copy(folder.resolve("third.key"), key, replace());
      Files.copy(folder.resolve("third.crt"), certificate, replace());
      Await.until("the third", () -> shown(files).equals(third));
    }
  }

  @Test
  void refusesAKeyOfAnotherCertificate() throws IOException {
    pki.write(folder.resolve("other.crt"), key);
    assertThatThrownBy(() -> CertificateFiles.open(certificate, key))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "AMBIT_WEBHOOK_KEY: of another certificate (expected: of the first of"
                + " AMBIT_WEBHOOK_CERTIFICATE)");
  }

  @Test
  void refusesWhatIsNoCertificateOrNotThereOrTooLarge() throws IOException {
    Files.writeString(key, "no key");
    assertThatThrownBy(() -> CertificateFiles.open(certificate, key))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("AMBIT_WEBHOOK_KEY: unreadable (expected: ");
    Files.delete(key);
    assertThatThrownBy(() -> CertificateFiles.open(certificate, key))
        .isInstanceOf(IOException.class)
        .hasMessage("AMBIT_WEBHOOK_KEY: cannot read " + key + " (expected: a file of PEM)");
    Files.write(certificate, new byte[CertificateFiles.BYTES_MAX + 1]);
    assertThatThrownBy(() -> CertificateFiles.open(certificate, key))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("too large (expected: at most 256 KiB)");
  }

  private static X509Certificate shown(CertificateFiles files) {
    return files.keyPair("any").certificateChain().getFirst();
  }

  private static java.nio.file.CopyOption replace() {
    return java.nio.file.StandardCopyOption.REPLACE_EXISTING;
  }
}
