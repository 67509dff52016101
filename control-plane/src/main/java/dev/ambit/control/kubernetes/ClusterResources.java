package dev.ambit.control.kubernetes;

import dev.ambit.control.resources.FolderSource;
import dev.ambit.control.resources.ResourceSource;
import dev.ambit.resources.Finding;
import dev.ambit.resources.Reading;
import dev.ambit.resources.ResourceReader;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Resources as objects of the cluster, in the control plane's own namespace. What the last reading
/// found is what [ResourceStatus] writes at them. Followed on threads of its own, asked by one.
public final class ClusterResources implements ResourceSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterResources.class);

  private final KubernetesClient client;
  private final String namespace;
  private final FolderSource files;
  private final KubernetesSerialization json = new KubernetesSerialization();
  private final Map<Kind, SharedIndexInformer<GenericKubernetesResource>> followed =
      new EnumMap<>(Kind.class);
  private final List<CompletableFuture<Void>> starts = new ArrayList<>();
  private Set<String> read = Set.of();
  private volatile Judged last = new Judged(new Reading.Broken(List.of()), Set.of());

  private ClusterResources(KubernetesClient client, String namespace, Path files) {
    this.client = client;
    this.namespace = namespace;
    this.files = new FolderSource(files);
  }

  /// Begins to follow. Whoever cannot be reached is tried again for as long as this is open.
  ///
  /// @param files folder of the files that resources name
  public static ClusterResources follow(KubernetesClient client, String namespace, Path files) {
    var resources = new ClusterResources(client, namespace, files);
    for (var kind : Kind.values()) {
      resources.follow(kind);
    }
    return resources;
  }

  private void follow(Kind kind) {
    var informer =
        client
            .genericKubernetesResources(kind.context())
            .inNamespace(namespace)
            .runnableInformer(0);
    informer.exceptionHandler((started, failure) -> {
      LOG.warn(
          "kubernetes: {}s cannot be followed, tried again: {}", kind.kind(), failure.getMessage());
      return true;
    });
    followed.put(kind, informer);
    starts.add(informer.start().toCompletableFuture());
  }

  /// Waits until all of them were read once, or no longer: what was not read yet, [#read] says.
  public void awaitRead(Duration patience) throws InterruptedException {
    try {
      var all = CompletableFuture.allOf(starts.toArray(CompletableFuture[]::new));
      var _ = all.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException late) {
      LOG.warn("kubernetes: resources are not read yet: {}", late.toString());
    }
  }

  @Override
  public String name() {
    return "namespace " + namespace;
  }

  @Override
  public Reading read() {
    var now = all().toList();
    read = now.stream().map(ClusterResources::stamp).collect(Collectors.toUnmodifiableSet());
    if (followed.values().stream().anyMatch(informer -> !informer.hasSynced())) {
      return new Reading.Broken(
          List.of(
              new Finding(
                  name(), 1, "resources", "not read yet (expected: an answer of the API server)")));
    }
    return ResourceReader.read(files.folder(), now.stream().map(this::document).toList());
  }

  /// Names, identities and generations: the status that is written at a resource changes neither.
  @Override
  public String fingerprint() {
    return all()
        .map(ClusterResources::stamp)
        .collect(
            Collectors.joining(
                "\n",
                followed.values().stream().map(informer -> informer.hasSynced()).toList() + "\n",
                "\n" + files.fingerprint()));
  }

  @Override
  public void taken(Reading reading) {
    last = new Judged(reading, read);
  }

  /// What the last reading found, and in what. What has come or changed since waits for the next.
  Judged last() {
    return last;
  }

  /// All resources, in a fixed order.
  Stream<GenericKubernetesResource> all() {
    return followed.values().stream()
        .flatMap(informer ->
            informer.getStore().list().stream()
                .sorted(Comparator.comparing(each -> each.getMetadata().getName())));
  }

  /// Another text whenever somebody changed what it says, or another has its name.
  private static String stamp(GenericKubernetesResource resource) {
    var metadata = resource.getMetadata();
    return name(resource) + " " + metadata.getUid() + " " + metadata.getGeneration();
  }

  /// As findings call it.
  static String name(GenericKubernetesResource resource) {
    return resource.getKind() + "/" + resource.getMetadata().getName();
  }

  /// JSON is YAML; whose line it was in the file that somebody applied, nobody knows.
  private ResourceReader.Document document(GenericKubernetesResource resource) {
    var tree = new LinkedHashMap<String, Object>();
    tree.put("apiVersion", Kind.GROUP + "/" + Kind.VERSION);
    tree.put("kind", resource.getKind());
    tree.put("metadata", Map.of("name", resource.getMetadata().getName()));
    var spec = resource.getAdditionalProperties().get("spec");
    if (spec != null) {
      tree.put("spec", spec);
    }
    return new ResourceReader.Document(name(resource), json.asJson(tree));
  }

  @Override
  public void close() {
    followed.values().forEach(SharedIndexInformer::stop);
  }

  /// A reading, and the resources that it read.
  record Judged(Reading reading, Set<String> stamps) {
    boolean covers(GenericKubernetesResource resource) {
      return stamps.contains(stamp(resource));
    }
  }
}
