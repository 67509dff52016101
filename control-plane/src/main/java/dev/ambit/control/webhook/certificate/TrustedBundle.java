package dev.ambit.control.webhook.certificate;

import dev.ambit.spiffe.x509.Pem;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;

/// What the API server is told to believe: the `caBundle` of the webhook in its configuration, and
/// nothing else of that.
final class TrustedBundle {
  static final String WEBHOOK = "injection.ambit.dev";

  /// As whom the field is owned.
  static final String MANAGER = "ambit-webhook";

  private static final Logger LOG = LoggerFactory.getLogger(TrustedBundle.class);

  private final KubernetesClient client;
  private final String configuration;

  TrustedBundle(KubernetesClient client, String configuration) {
    this.client = client;
    this.configuration = configuration;
  }

  /// None where there is no such configuration.
  List<X509Certificate> read() {
    return certificates(text());
  }

  /// Makes it be this bundle, unless it is already. Where there is no configuration nothing
  /// happens.
  List<X509Certificate> keep(List<X509Certificate> present, String wanted) {
    var certificates = Pem.readCertificates(wanted);
    if (present.equals(certificates) || resource().get() == null) {
      return present;
    }
    var apply =
        JsonNodeFactory.instance
            .objectNode()
            .put("apiVersion", "admissionregistration.k8s.io/v1")
            .put("kind", "MutatingWebhookConfiguration");
    apply.putObject("metadata").put("name", configuration);
    apply
        .putArray("webhooks")
        .addObject()
        .put("name", WEBHOOK)
        .putObject("clientConfig")
        .put("caBundle", base64(wanted));
    var _ =
        resource()
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager(MANAGER)
                    .withForce(true)
                    .build(),
                apply.toString());
    LOG.info("authority: {} told to the API server", certificates.size());
    return certificates;
  }

  private String text() {
    return Optional.ofNullable(resource().get())
        .flatMap(found ->
            found.getWebhooks().stream()
                .filter(webhook -> WEBHOOK.equals(webhook.getName()))
                .findFirst())
        .map(webhook -> webhook.getClientConfig().getCaBundle())
        .map(text -> new String(Base64.getMimeDecoder().decode(text), StandardCharsets.US_ASCII))
        .orElse("");
  }

  /// Somebody may have put something else there.
  private static List<X509Certificate> certificates(String pem) {
    try {
      return Pem.readCertificates(pem);
    } catch (IllegalArgumentException _) {
      return List.of();
    }
  }

  private Resource<MutatingWebhookConfiguration> resource() {
    return client
        .admissionRegistration()
        .v1()
        .mutatingWebhookConfigurations()
        .withName(configuration);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
  }
}
