package dev.ambit.control.kubernetes;

import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The ConfigMap by which a person with a kubeconfig knows the control plane: `bundle.pem`, the
/// roots that vouch for it, and `id`, the SPIFFE ID to expect. Public. For one thread.
public final class AccessMap {
  /// Written anew so often even when nothing changed: what somebody else made of it does not last.
  static final Duration EVERY = Duration.ofMinutes(1);

  /// The next attempt after one that failed.
  static final Duration RETRY = Duration.ofSeconds(10);

  private static final String MANAGER = "ambit-control-plane";
  private static final Logger LOG = LoggerFactory.getLogger(AccessMap.class);

  private final KubernetesClient client;
  private final String namespace;
  private final String name;
  private final Supplier<Place> place;
  private final LongSupplier nanos;
  private Place written = new Place("", "");
  private long next;

  /// @param place as it is at this moment
  /// @param nanos a monotonic clock
  public AccessMap(
      KubernetesClient client,
      String namespace,
      String name,
      Supplier<Place> place,
      LongSupplier nanos) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.place = place;
    this.nanos = nanos;
    this.next = nanos.getAsLong();
  }

  /// Writes it when it is old or other than it should be. Blocks.
  public void tick() {
    var now = nanos.getAsLong();
    var wanted = place.get();
    var due = now - next >= 0;
    // After a failure the map is as good as never written, and waits for its turn.
    if (!due && (written.equals(wanted) || written.id().isEmpty())) {
      return;
    }
    try {
      write(wanted);
      written = wanted;
      next = now + EVERY.toNanos();
    } catch (KubernetesClientException failure) {
      written = new Place("", "");
      next = now + RETRY.toNanos();
      LOG.error(
          "access: ConfigMap {}/{} cannot be written, tried again in {}: {}",
          namespace,
          name,
          RETRY,
          failure.getMessage());
    }
  }

  private void write(Place wanted) {
    var map =
        new ConfigMapBuilder()
            .withNewMetadata()
            .withName(name)
            .withNamespace(namespace)
            .addToLabels("app.kubernetes.io/name", "ambit")
            .addToLabels("app.kubernetes.io/managed-by", MANAGER)
            .endMetadata()
            .withData(Map.of("bundle.pem", wanted.bundle(), "id", wanted.id()))
            .build();
    var _ =
        client
            .configMaps()
            .inNamespace(namespace)
            .resource(map)
            .patch(
                new PatchContext.Builder()
                    .withPatchType(PatchType.SERVER_SIDE_APPLY)
                    .withFieldManager(MANAGER)
                    .withForce(true)
                    .build());
  }

  /// How the control plane is known.
  ///
  /// @param bundle roots as PEM
  /// @param id its SPIFFE ID
  public record Place(String bundle, String id) {}
}
