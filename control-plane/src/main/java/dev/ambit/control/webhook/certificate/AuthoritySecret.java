package dev.ambit.control.webhook.certificate;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The Secret in which the authority lies. Who writes it names the version that was read, so that
/// of two writers one fails. Confined to one thread.
final class AuthoritySecret {
  private static final Map<String, String> LABELS =
      Map.of(
          "app.kubernetes.io/name", "ambit",
          "app.kubernetes.io/part-of", "ambit",
          "app.kubernetes.io/component", "webhook",
          "app.kubernetes.io/managed-by", "ambit-webhook");
  private static final Logger LOG = LoggerFactory.getLogger(AuthoritySecret.class);

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private @Nullable Secret read;

  AuthoritySecret(KubernetesClient client, String namespace, String name) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
  }

  Optional<Holdings> read() {
    read = resource().get();
    return Optional.ofNullable(read).map(Secret::getData).flatMap(Holdings::of);
  }

  /// Makes it hold this, unless it does already.
  Holdings keep(Optional<Holdings> present, Holdings wanted) {
    if (present.filter(wanted::equals).isPresent()) {
      return wanted;
    }
    var before = read;
    if (before == null) {
      var _ =
          client
              .secrets()
              .inNamespace(namespace)
              .resource(
                  new SecretBuilder()
                      .withNewMetadata()
                      .withName(name)
                      .withLabels(LABELS)
                      .endMetadata()
                      .withType("Opaque")
                      .withData(wanted.data())
                      .build())
              .create();
    } else {
      var _ =
          client
              .secrets()
              .inNamespace(namespace)
              .resource(new SecretBuilder(before).withData(wanted.data()).build())
              .update();
    }
    LOG.info(
        "authority: written, until {}", wanted.authority().certificate().getNotAfter().toInstant());
    return wanted;
  }

  private Resource<Secret> resource() {
    return client.secrets().inNamespace(namespace).withName(name);
  }
}
