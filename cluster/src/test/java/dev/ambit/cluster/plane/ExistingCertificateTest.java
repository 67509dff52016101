package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A webhook whose certificate somebody else brings (cert-manager, or a Secret that is there): it
/// has no access to the cluster, and shows what stands in its files now.
@ExtendWith(OneApiServer.class)
class ExistingCertificateTest {
  private static final String AGENTS = "files-agents";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ApiServer api;
  private final Validity validity =
      Validity.from(InstantSource.system().instant(), Duration.ofHours(1));

  ExistingCertificateTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void podsAreInjectedWithACertificateOfAnotherIssuerAndWithItsNext() throws Exception {
    var folder = Files.createTempDirectory("files");
    var site = new Replica.Site("files", "", "", "files-injection");
    var certificate = folder.resolve("tls.crt");
    var key = folder.resolve("tls.key");
    var first = CertificateAuthority.create("first", validity);
    issue(first, certificate, key);
    try (var webhook = Replica.withFiles("files", folder, certificate, key)) {
      site.configure(api, webhook.url());
      site.believe(api, List.of(first.certificate()));
      site.enforce(api, AGENTS);
      var account = api.client().serviceAccounts().inNamespace(AGENTS).withName("default");
      Await.until("service account", PATIENCE, () -> account.get() != null);
      assertThat(webhook.ready()).isTrue();
      Await.until("a pod", PATIENCE, () -> created().contains("\"ambit-proxy\""));

      var second = CertificateAuthority.create("second", validity);
      site.believe(api, List.of(second.certificate()));
      Await.until(
          "the first is believed no more",
          PATIENCE,
          () -> created().contains("certificate signed by unknown authority"));
      issue(second, certificate, key);
      Await.until("a pod again", PATIENCE, () -> created().contains("\"ambit-proxy\""));

      Files.writeString(certificate, "none");
      Await.until("refused", PATIENCE, () -> webhook.log().contains("files refused"));
      assertThat(created()).contains("\"ambit-proxy\"");
    } finally {
      api.kubectl("delete", "mutatingwebhookconfiguration", site.configuration()).done();
    }
  }

  private void issue(CertificateAuthority authority, Path certificate, Path key)
      throws IOException {
    var keys = Keys.generate();
    var leaf =
        authority.issue(
            keys.getPublic(),
            Leaf.server(validity, new SubjectName.Ip(InetAddress.ofLiteral("127.0.0.1"))));
    Files.writeString(key, Pem.privateKey(keys.getPrivate()));
    Files.writeString(certificate, Pem.certificates(List.of(leaf)));
  }

  /// What kubectl says of a pod that would be created.
  private String created() {
    try {
      var tried =
          api.apply(
              "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: app,"
                  + " image: a}]}}",
              "--namespace=" + AGENTS,
              "--dry-run=server",
              "--output=json");
      return tried.out() + tried.err();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
