package dev.ambit.cluster.plane;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.control.webhook.InjectionWebhook;
import dev.ambit.control.webhook.WebhookSettings;
import dev.ambit.control.webhook.WebhookSettings.Certificates;
import dev.ambit.control.webhook.certificate.SelfManaged;
import dev.ambit.resources.InjectionReader;
import dev.ambit.resources.InjectionReading;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import dev.ambit.testkit.ManualClock;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The authority of the webhook's certificates is renewed before the eyes of a real API server, and
/// pods are created all the while.
///
/// The API server looks at its own clock, so the webhook's begins six days behind, with an
/// authority that has three days to go until it is renewed.
@ExtendWith(OneApiServer.class)
class RotationTest {
  private static final String AGENTS = "rotation-agents";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration BEHIND = Duration.ofDays(6);
  private static final Duration AHEAD_MAX = Duration.ofSeconds(45);
  private static final Duration AGE = Duration.ofDays(246);

  private final ApiServer api;

  RotationTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void podsAreCreatedAllTheWhileAnAuthorityIsRenewed() throws Exception {
    var folder = Files.createTempDirectory("rotation");
    var site = Replica.Site.make(api, "rotation");
    var kubeconfig = site.kubeconfig(api, folder);
    var now = InstantSource.system().instant();
    var clock = new ManualClock(now.minus(BEHIND));
    var old =
        CertificateAuthority.create("old", Validity.from(now.minus(AGE), Duration.ofDays(365)));
    seed(site, old);
    try (var first = start("first", folder, kubeconfig, site, clock);
        var second = start("second", folder, kubeconfig, site, clock)) {
      site.configure(api, "https://127.0.0.1:" + first.port() + "/inject");
      Await.until("told", PATIENCE, () -> told(site).equals(List.of(old.certificate())));
      site.enforce(api, AGENTS);
      var account = api.client().serviceAccounts().inNamespace(AGENTS).withName("default");
      Await.until("service account", PATIENCE, () -> account.get() != null);
      Await.until("the old authority", PATIENCE, () -> signed(first, old) && signed(second, old));
      Await.until("a pod", PATIENCE, this::created);

      var failures = new CopyOnWriteArrayList<String>();
      var going = new AtomicBoolean(true);
      var creator = Thread.ofVirtual().start(() -> createWhile(going, failures));
      try {
        clock.advance(BEHIND);
        Await.until("old and new told", PATIENCE, () -> told(site).size() == 2);
        var renewed = told(site).getFirst();
        assertThat(told(site).getLast()).isEqualTo(old.certificate());
        // The API server may not have heard of it yet: nobody shows anything of it before a while.
        assertThat(signed(first, old) && signed(second, old)).isTrue();
        // The while begins for each when it looks. What is signed meanwhile must be good already by
        // the API server's clock.
        Await.until(
            "both show the new one",
            PATIENCE,
            () -> {
              if (clock.instant().isBefore(InstantSource.system().instant().plus(AHEAD_MAX))) {
                clock.advance(Duration.ofSeconds(1));
              }
              return issuedBy(shown(first), renewed) && issuedBy(shown(second), renewed);
            });
        clock.advance(Duration.ofDays(1));
        Await.until("the new one alone", PATIENCE, () -> told(site).equals(List.of(renewed)));
        assertThat(created()).isTrue();
      } finally {
        going.set(false);
        creator.join();
      }
      assertThat(failures).isEmpty();
    } finally {
      api.kubectl("delete", "mutatingwebhookconfiguration", site.configuration()).done();
    }
  }

  @Test
  void whatSomebodyElseWritesIntoTheBundleIsMendedAndNothingElseIsTouched() throws Exception {
    var folder = Files.createTempDirectory("mended");
    var site = Replica.Site.make(api, "mended");
    var kubeconfig = site.kubeconfig(api, folder);
    try (var webhook = start("only", folder, kubeconfig, site, InstantSource.system())) {
      site.configure(api, "https://127.0.0.1:" + webhook.port() + "/inject");
      Await.until("told", PATIENCE, () -> told(site).size() == 1);
      var right = told(site);
      var now = InstantSource.system().instant();
      var other = CertificateAuthority.create("other", Validity.from(now, Duration.ofDays(1)));
      site.believe(api, List.of(other.certificate()));
      Await.until("mended", PATIENCE, () -> told(site).equals(right));
      var webhooks =
          api.client()
              .admissionRegistration()
              .v1()
              .mutatingWebhookConfigurations()
              .withName(site.configuration())
              .get()
              .getWebhooks();
      assertThat(webhooks).hasSize(1);
      assertThat(webhooks.getFirst().getTimeoutSeconds()).isEqualTo(5);
      assertThat(webhooks.getFirst().getFailurePolicy()).isEqualTo("Fail");
    } finally {
      api.kubectl("delete", "mutatingwebhookconfiguration", site.configuration()).done();
    }
  }

  private void seed(Replica.Site site, CertificateAuthority authority) {
    var secret =
        new SecretBuilder()
            .withNewMetadata()
            .withName(site.secret())
            .withNamespace(site.namespace())
            .endMetadata()
            .withStringData(
                Map.of(
                    "ca.crt", Pem.certificates(List.of(authority.certificate())),
                    "ca.key", Pem.privateKey(authority.key())))
            .build();
    var _ = api.client().resource(secret).create();
  }

  private static InjectionWebhook start(
      String name, Path folder, Path kubeconfig, Replica.Site site, InstantSource clock)
      throws IOException {
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var file = Files.writeString(folder.resolve("injection.yaml"), Replica.INJECTION);
    var names = List.<SubjectName>of(new SubjectName.Ip(InetAddress.ofLiteral("127.0.0.1")));
    var place =
        new SelfManaged.Place(
            site.namespace(), site.secret(), site.lease(), site.configuration(), names, name);
    return InjectionWebhook.start(
        new WebhookSettings(
            any, any, file, new Certificates.Own(place, Optional.of(kubeconfig)), Duration.ZERO),
        ((InjectionReading.Whole) InjectionReader.read(file)).settings(),
        clock,
        System::nanoTime);
  }

  private void createWhile(AtomicBoolean going, List<String> failures) {
    while (going.get()) {
      if (!created()) {
        failures.add("a pod could not be created");
      }
    }
  }

  private boolean created() {
    try {
      return api.apply(
              "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: app,"
                  + " image: a}]}}",
              "--namespace=" + AGENTS,
              "--dry-run=server",
              "--output=json")
          .out()
          .contains("\"ambit-proxy\"");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /// What the API server is told to believe.
  private List<X509Certificate> told(Replica.Site site) {
    var bundle =
        api.client()
            .admissionRegistration()
            .v1()
            .mutatingWebhookConfigurations()
            .withName(site.configuration())
            .get()
            .getWebhooks()
            .getFirst()
            .getClientConfig()
            .getCaBundle();
    return bundle == null
        ? List.of()
        : Pem.readCertificates(new String(Base64.getDecoder().decode(bundle), US_ASCII));
  }

  private static boolean signed(InjectionWebhook webhook, CertificateAuthority authority) {
    return issuedBy(shown(webhook), authority.certificate());
  }

  private static boolean issuedBy(List<X509Certificate> chain, X509Certificate authority) {
    return chain.contains(authority);
  }

  /// The chain that a handshake shows; empty where there is none.
  private static List<X509Certificate> shown(InjectionWebhook webhook) {
    var seen = new CopyOnWriteArrayList<X509Certificate>();
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Anybody(seen)}, new SecureRandom());
      try (var socket =
          (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", webhook.port())) {
        socket.startHandshake();
      }
    } catch (IOException | GeneralSecurityException _) {
      return List.of();
    }
    return seen;
  }

  /// Takes note of what is shown.
  private record Anybody(List<X509Certificate> seen) implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      seen.addAll(List.of(chain));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
