package dev.ambit.cluster.chart;

import com.marcnuri.helm.Helm;
import dev.ambit.cluster.machine.Tree;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the chart renders for a release `ambit` in `ambit-system`, as `helm template` does.
public record Rendered(String text) {
  /// Of the version that the tests' clusters are of; Helm's own default is older than the chart
  /// allows.
  private static final String KUBERNETES = "1.34.4";

  /// The one value that the chart asks for.
  public static final String TRUST_DOMAIN = "spire.trustDomain=example.org";

  /// @param settings each as `key=value`, beside the trust domain
  static Rendered with(String... settings) {
    return bare(Stream.concat(Stream.of(TRUST_DOMAIN), Stream.of(settings)).toArray(String[]::new));
  }

  /// The same without a trust domain.
  ///
  /// @throws IllegalStateException with Helm's words when it refuses
  static Rendered bare(String... settings) {
    return in("ambit-system", KUBERNETES, settings);
  }

  static Rendered in(String namespace, String kubernetes, String... settings) {
    var template =
        new Helm(Tree.chart())
            .template()
            .withName("ambit")
            .withNamespace(namespace)
            .withKubeVersion(kubernetes);
    for (var setting : settings) {
      var at = setting.indexOf('=');
      template.set(setting.substring(0, at), setting.substring(at + 1));
    }
    return new Rendered(template.call());
  }

  /// Every object in it.
  List<HasMetadata> objects() {
    if (new KubernetesSerialization().unmarshal(text) instanceof Collection<?> documents) {
      return documents.stream().map(HasMetadata.class::cast).toList();
    }
    throw new AssertionError("rendered: not several objects");
  }

  /// Those of one kind.
  <T extends HasMetadata> List<T> objects(Class<T> kind) {
    return objects().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /// The one of a kind and name.
  <T extends HasMetadata> T object(Class<T> kind, String name) {
    return named(kind, name).orElseThrow(() -> new AssertionError(name + ": not rendered"));
  }

  /// Whether there is one, and which.
  <T extends HasMetadata> Optional<T> named(Class<T> kind, String name) {
    return objects(kind).stream()
        .filter(object -> object.getMetadata().getName().equals(name))
        .findFirst();
  }

  /// Kinds and names, in the order they are rendered.
  List<String> names() {
    return objects().stream()
        .map(object -> object.getKind() + "/" + object.getMetadata().getName())
        .toList();
  }
}
