package dev.ambit.control.webhook;

import dev.ambit.control.admin.AdminServer;
import dev.ambit.control.kubernetes.Cluster;
import dev.ambit.control.webhook.WebhookSettings.Certificates;
import dev.ambit.control.webhook.certificate.Certificate;
import dev.ambit.control.webhook.certificate.CertificateFiles;
import dev.ambit.control.webhook.certificate.SelfManaged;
import dev.ambit.control.webhook.inject.Injector;
import dev.ambit.resources.InjectionSettings;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;

/// The webhook, wired. Each replica answers by itself; they share nothing but the authority of
/// their certificates.
public final class InjectionWebhook implements AutoCloseable {
  private final Duration linger;
  private final Certificate certificate;
  private final InjectionServer server;
  private final AdminServer admin;
  private volatile boolean stopping;

  private InjectionWebhook(
      WebhookSettings settings,
      InjectionSettings injection,
      Certificate certificate,
      LongSupplier nanos)
      throws IOException {
    this.linger = settings.linger();
    this.certificate = certificate;
    var metrics = new WebhookMetrics(injection, certificate::expiry);
    server =
        new InjectionServer(
            settings.listen(), new Injector(injection), certificate, metrics, nanos);
    try {
      admin =
          new AdminServer(
              "AMBIT_WEBHOOK_ADMIN_LISTEN", settings.admin(), this::unready, metrics::scrape);
    } catch (IOException taken) {
      server.close();
      throw taken;
    }
  }

  /// Opens both ports.
  public static InjectionWebhook start(
      WebhookSettings settings,
      InjectionSettings injection,
      InstantSource clock,
      LongSupplier nanos)
      throws IOException {
    var certificate =
        switch (settings.certificates()) {
          case Certificates.Files(var file, var key) -> CertificateFiles.open(file, key);
          case Certificates.Own(var place, var kubeconfig) ->
              SelfManaged.start(Cluster.client(kubeconfig), place, clock);
        };
    try {
      return new InjectionWebhook(settings, injection, certificate, nanos);
    } catch (IOException taken) {
      certificate.close();
      throw taken;
    }
  }

  /// Where the API server asks.
  public int port() {
    return server.port();
  }

  /// Where health and metrics are.
  public int adminPort() {
    return admin.port();
  }

  /// Says that it is not ready and answers what still comes until nobody should ask any more; then
  /// what is under way ends, and all stops.
  @Override
  public void close() {
    stopping = true;
    try {
      Thread.sleep(linger);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    server.close();
    certificate.close();
    admin.close();
  }

  private Optional<String> unready() {
    return stopping ? Optional.of("stopping") : certificate.unready();
  }
}
