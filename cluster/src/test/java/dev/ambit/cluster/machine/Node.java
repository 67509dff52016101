package dev.ambit.cluster.machine;

import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A whole cluster of one real node, in namespaces of its own: kubelet, containerd, a SPIRE that
/// tells containers of one pod apart, our images, and [Outside]. Needs root.
public final class Node implements Closeable {
  private static final Pattern VARIABLE = Pattern.compile("export (\\w+)=(.*)");

  private final Path folder;
  private final Closing closing = new Closing();
  private final KubernetesClient client;
  private final Outside outside;

  private Node(Path folder, Outside outside, KubernetesClient client) {
    this.folder = folder;
    this.outside = outside;
    this.client = client;
  }

  /// Starts everything; a minute with the images built, some more without.
  ///
  /// @param folder new or empty, with a short path
  public static Node start(Path folder) throws IOException, InterruptedException {
    Tools.need("node");
    var cluster = folder.resolve("k");
    var _ = script("node", "up", cluster.toString()).done();
    var whole = false;
    var closing = new Closing();
    closing.add(() -> down(cluster));
    try {
      var _ = script("node-spire", "up", cluster.toString()).done();
      Files.writeString(
          cluster.resolve("hosts"),
          variable(cluster, "KUBE_HOST_ADDRESS") + " " + Outside.API + " " + Outside.ISSUER + "\n");
      var outside =
          Outside.start(
              Files.createDirectory(folder.resolve("outside")),
              variable(cluster, "KUBE_HOST_ADDRESS"),
              closing);
      var client =
          new KubernetesClientBuilder()
              .withConfig(Config.fromKubeconfig(Files.readString(kubeconfig(cluster))))
              .build();
      closing.add(client);
      var node = new Node(cluster, outside, client);
      node.closing.add(closing);
      whole = true;
      return node;
    } finally {
      if (!whole) {
        closing.close();
      }
    }
  }

  /// What is outside of the cluster.
  public Outside outside() {
    return outside;
  }

  /// The administrator's access, as a client. Thread-safe.
  public KubernetesClient client() {
    return client;
  }

  /// The administrator's access.
  public Path kubeconfig() {
    return kubeconfig(folder);
  }

  /// Registers a workload of one container; its agent learns of it within five seconds.
  public void register(String id, String namespace, String account, String container) {
    var _ =
        script(
                "node-spire",
                "entry",
                folder.toString(),
                id,
                "k8s:ns:" + namespace,
                "k8s:sa:" + account,
                "k8s:container-name:" + container)
            .done();
  }

  /// Imports images that `docker save` wrote.
  public void load(Path... images) {
    var words = new ArrayList<>(List.of("load", folder.toString()));
    List.of(images).forEach(image -> words.add(image.toString()));
    var _ = script("node", words.toArray(String[]::new)).done();
  }

  /// Runs kubectl as the administrator, to its end.
  public Ran kubectl(String... words) {
    return tool("kubectl", words);
  }

  /// Runs helm as the administrator, to its end.
  public Ran helm(String... words) {
    return tool("helm", words);
  }

  /// Runs a command inside of the node.
  public Ran inside(String... words) {
    var command = new ArrayList<>(List.of(folder.resolve("inside").toString()));
    command.addAll(List.of(words));
    return User.ROOT.run(command);
  }

  /// Applies manifests, as `kubectl apply` does with a file.
  ///
  /// @param options as `--dry-run=server`
  public Ran apply(String yaml, String... options) throws IOException {
    var file = Files.createTempFile(folder, "manifest", ".yaml");
    Files.writeString(file, yaml, StandardCharsets.UTF_8);
    var words = new ArrayList<>(List.of("apply", "-f", file.toString()));
    words.addAll(List.of(options));
    return kubectl(words.toArray(String[]::new));
  }

  /// Loads packet filter rules in the node's network.
  public void rules(String nft) throws IOException {
    var file = folder.resolve("rules.nft");
    Files.writeString(file, nft, StandardCharsets.UTF_8);
    var _ = inside("nft", "-f", "/mnt/rules.nft").done();
  }

  /// Ends the kubelet as `kill -9` does and starts it again.
  public void restartKubelet() {
    var _ = script("node", "restart-kubelet", folder.toString()).done();
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }

  private Ran tool(String name, String... words) {
    var command = new ArrayList<>(List.of(Tools.folder().resolve(name).toString()));
    command.addAll(List.of(words));
    return User.ROOT
        .with("KUBECONFIG", kubeconfig().toString())
        .with("HOME", folder.resolve("home").toString())
        .run(command);
  }

  private static Ran script(String name, String... words) {
    var command = new ArrayList<>(List.of(Tree.script(name)));
    command.addAll(List.of(words));
    return User.ROOT.with("AMBIT_TOOLS", Tools.home().toString()).run(command);
  }

  private static void down(Path cluster) {
    var _ = script("node", "down", cluster.toString()).done();
  }

  private static Path kubeconfig(Path cluster) {
    return cluster.resolve("plane/kubeconfig");
  }

  private static String variable(Path cluster, String name) throws IOException {
    return Files.readAllLines(cluster.resolve("env")).stream()
        .map(VARIABLE::matcher)
        .filter(line -> line.matches() && line.group(1).equals(name))
        .map(line -> line.group(2))
        .findFirst()
        .orElseThrow(() -> new IOException(cluster + "/env: no " + name));
  }
}
