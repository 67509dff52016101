package dev.ambit.control.webhook;

import dev.ambit.control.webhook.certificate.SelfManaged;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What an operator decides of the webhook, checked.
///
/// @param listen where the API server asks (TLS)
/// @param admin where health and metrics are read (no TLS, GET only)
/// @param injection file that says how pods are injected
/// @param linger how long it still answers after it was asked to stop
public record WebhookSettings(
    InetSocketAddress listen,
    InetSocketAddress admin,
    Path injection,
    Certificates certificates,
    Duration linger) {
  /// Who looks after the certificate.
  public sealed interface Certificates {
    /// The replicas themselves, by an authority in a Secret.
    ///
    /// @param kubeconfig access to the cluster; empty: that of the pod
    record Own(SelfManaged.Place place, Optional<Path> kubeconfig) implements Certificates {}

    /// Somebody else, who replaces the files.
    record Files(Path certificate, Path key) implements Certificates {}
  }
}
