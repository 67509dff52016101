package dev.ambit.cli.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.cli.cluster.Inside;
import dev.ambit.cli.print.Item;
import dev.ambit.cli.print.Item.Verdict;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each file by which a client in a pod is told whom to trust is read there, and must hold the
/// authority of the pod's proxy.
class PodFilesTest {
  private final Validity hour =
      Validity.from(InstantSource.system().instant(), Duration.ofHours(1));

  /// Takes the place of the root of the container.
  @TempDir Path root;

  private TrustFolder trust;
  private final Map<String, String> variables =
      new HashMap<>(TrustVariables.of(PodFiles.TRUST, "-Dmine=1"));

  @BeforeEach
  void publish() throws IOException {
    trust = new TrustFolder(root.resolve("run/ambit/trust"));
    trust.publish(
        List.of(CertificateAuthority.create("public", hour).certificate()),
        List.of(CertificateAuthority.create("pod", hour).certificate()));
    Files.createDirectories(root.resolve("etc/ssl/certs"));
    Files.copy(trust.bundle(), root.resolve("etc/ssl/certs/ca-certificates.crt"));
  }

  @Test
  void findsTheAuthorityWhereAProxyPutsIt() {
    assertThat(PodFiles.look(this::cat, variables, true))
        .allMatch(item -> item.verdict() == Verdict.GOOD)
        .extracting(Item::what)
        .contains("authority", "overlay", "SSL_CERT_DIR", "JAVA_TOOL_OPTIONS", "CURL_CA_BUNDLE");
  }

  @Test
  void tellsWhatLeadsElsewhereOrNowhere() throws IOException {
    variables.remove("GIT_SSL_CAINFO");
    variables.put("CURL_CA_BUNDLE", "/etc/own.pem");
    variables.put("PIP_CERT", "/etc/missing.pem");
    variables.put("SSL_CERT_DIR", "/etc/ssl/certs");
    variables.put("JAVA_TOOL_OPTIONS", "-Dmine=1");
    trust.publish(List.of(), List.of(CertificateAuthority.create("other", hour).certificate()));
    Files.copy(root.resolve("etc/ssl/certs/ca-certificates.crt"), root.resolve("etc/own.pem"));
    assertThat(PodFiles.look(this::cat, variables, true))
        .filteredOn(item -> item.verdict() == Verdict.WRONG)
        .extracting(item -> item.what() + ": " + item.found())
        .containsExactlyInAnyOrder(
            "overlay: /etc/ssl/certs/ca-certificates.crt does not hold the proxy's authority",
            "GIT_SSL_CAINFO: not set",
            "CURL_CA_BUNDLE: /etc/own.pem does not hold the proxy's authority",
            "PIP_CERT: /etc/missing.pem cannot be read",
            "SSL_CERT_DIR: /etc/ssl/certs cannot be read",
            "JAVA_TOOL_OPTIONS: names no trust store");
  }

  @Test
  void saysWhatIsNotThereToTry() {
    assertThat(
            PodFiles.look(_ -> new Inside.Ran(127, ByteString.EMPTY, "not found"), variables, true))
        .singleElement()
        .satisfies(item -> {
          assertThat(item.verdict()).isEqualTo(Verdict.NOTE);
          assertThat(item.found()).contains("none of cat, python3 and node");
        });
    assertThat(PodFiles.look(this::cat, variables, false))
        .filteredOn(item -> item.verdict() == Verdict.NOTE)
        .extracting(Item::what)
        .containsExactly("overlay");
  }

  @Test
  void isRedWhereTheProxyHasPublishedNothing() throws IOException {
    Files.delete(trust.own());
    assertThat(PodFiles.look(this::cat, variables, true))
        .singleElement()
        .matches(item -> item.verdict() == Verdict.WRONG);
  }

  @Test
  void readsByWhatTheImageHas() {
    assertThat(
            PodFiles.look(
                words ->
                    words.getFirst().equals("cat")
                        ? new Inside.Ran(-1, ByteString.EMPTY, "no such file")
                        : cat(words),
                variables,
                true))
        .hasSizeGreaterThan(10)
        .allMatch(item -> item.verdict() == Verdict.GOOD);
  }

  private Inside.Ran cat(List<String> words) {
    var file = root.resolve(words.getLast().substring(1));
    try {
      return Files.isRegularFile(file)
          ? new Inside.Ran(0, ByteString.copyFrom(Files.readAllBytes(file)), "")
          : new Inside.Ran(1, ByteString.EMPTY, "no such file");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
