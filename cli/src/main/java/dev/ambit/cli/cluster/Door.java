package dev.ambit.cli.cluster;

import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Shell;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.client.LocalPortForward;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// A way into a control plane in a cluster: a forwarded port, how the server behind it is known,
/// and a token for it. The API server is the anchor: it says in a ConfigMap how the control plane
/// is known, so nothing is trusted at first sight, and the forwarded bytes are TLS to the end.
public final class Door implements AutoCloseable {
  /// The shortest that an API server issues; a token is needed when a call begins, and not longer.
  private static final long TOKEN_SECONDS = 600;

  private static final String AUDIENCE = "ambit";
  private static final String PORT = "people";
  private static final Pattern ID = Pattern.compile("spiffe://[a-z0-9._-]{1,255}/[A-Za-z0-9._/-]+");

  private final Cluster cluster;
  private final LocalPortForward forward;
  private final Map<String, String> place;
  private final String token;

  private Door(Cluster cluster, LocalPortForward forward, Map<String, String> place, String token) {
    this.cluster = cluster;
    this.forward = forward;
    this.place = place;
    this.token = token;
  }

  /// Opens it, or says what is missing.
  public static Door open(ClusterOptions options, Shell shell) {
    var cluster = Cluster.open(options, shell);
    var opened = false;
    try {
      var place = place(cluster);
      var token = token(cluster, options);
      var door = new Door(cluster, forward(cluster), place, token);
      opened = true;
      return door;
    } finally {
      if (!opened) {
        cluster.close();
      }
    }
  }

  private static Map<String, String> place(Cluster cluster) {
    var release = cluster.release();
    ConfigMap map =
        cluster.ask(
            "to get the configmap " + release.access(),
            () ->
                cluster
                    .client()
                    .configMaps()
                    .inNamespace(release.namespace())
                    .withName(release.access())
                    .get());
    if (map == null || map.getData() == null) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          "release: no ConfigMap "
              + release.access()
              + " in "
              + release.namespace()
              + " (expected: the control plane writes it once it has its identity); name the release with"
              + " --release and --kubernetes-namespace, or see: ambit check");
    }
    var data = map.getData();
    if (!ID.matcher(data.getOrDefault("id", "")).matches()
        || data.getOrDefault("bundle.pem", "").isEmpty()) {
      throw new Failure(
          ExitCode.UNREACHABLE,
          "release: ConfigMap "
              + release.access()
              + " says nothing of use (expected: bundle.pem and id, as the control plane writes them)");
    }
    return Map.copyOf(data);
  }

  private static String token(Cluster cluster, ClusterOptions options) {
    var release = cluster.release();
    var account =
        options.account == null
            ? new Account(release.namespace(), release.operator())
            : Account.parse(options.account, release.namespace());
    var asked =
        new TokenRequestBuilder()
            .withNewSpec()
            .withAudiences(options.audience == null ? AUDIENCE : options.audience)
            .withExpirationSeconds(TOKEN_SECONDS)
            .endSpec()
            .build();
    return cluster
        .ask(
            "to create a token of the serviceaccount "
                + account.name()
                + " in "
                + account.namespace(),
            () ->
                cluster
                    .client()
                    .serviceAccounts()
                    .inNamespace(account.namespace())
                    .withName(account.name())
                    .tokenRequest(asked))
        .getStatus()
        .getToken();
  }

  private static LocalPortForward forward(Cluster cluster) {
    var release = cluster.release();
    Supplier<Failure> none =
        () ->
            new Failure(
                ExitCode.UNREACHABLE,
                "release: no running pod of "
                    + release.controlPlane()
                    + " in "
                    + release.namespace()
                    + " (expected: one that is ready); see: ambit check");
    var pod =
        cluster
            .ask(
                "to list pods in " + release.namespace(),
                () ->
                    cluster
                        .client()
                        .pods()
                        .inNamespace(release.namespace())
                        .withLabels(release.selector("control-plane"))
                        .list())
            .getItems()
            .stream()
            .filter(Pods::ready)
            .findFirst()
            .orElseThrow(none);
    return cluster.ask(
        "to forward a port of the pod " + pod.getMetadata().getName(),
        () ->
            cluster
                .client()
                .pods()
                .inNamespace(release.namespace())
                .withName(pod.getMetadata().getName())
                .portForward(port(pod), InetAddress.getLoopbackAddress(), 0));
  }

  private static int port(Pod pod) {
    return pod.getSpec().getContainers().stream()
        .flatMap(container -> container.getPorts().stream())
        .filter(port -> PORT.equals(port.getName()))
        .map(port -> port.getContainerPort())
        .findFirst()
        .orElseThrow(() ->
            new Failure(
                ExitCode.UNREACHABLE,
                "release: the pod "
                    + pod.getMetadata().getName()
                    + " has no port "
                    + PORT
                    + " (expected: a control plane)"));
  }

  /// Where the port is on this machine.
  public String host() {
    return forward.getLocalAddress().getHostAddress();
  }

  public int port() {
    return forward.getLocalPort();
  }

  /// PEM of the authorities that may vouch for the server.
  public String bundle() {
    return place.getOrDefault("bundle.pem", "");
  }

  /// The SPIFFE ID it must have.
  public String id() {
    return place.getOrDefault("id", "");
  }

  /// What it is shown.
  public String token() {
    return token;
  }

  @Override
  public void close() {
    try {
      forward.close();
    } catch (IOException _) {
      // Nothing is sent through it any more.
    } finally {
      cluster.close();
    }
  }

  /// A ServiceAccount.
  private record Account(String namespace, String name) {
    private static final Pattern FORM =
        Pattern.compile("([a-z0-9-]{1,63}:)?[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");

    /// Without a colon it is one of the release's.
    static Account parse(String text, String namespace) {
      if (!FORM.matcher(text).matches()) {
        throw new Failure(
            ExitCode.USAGE,
            "--service-account: '" + text + "' (expected: NAME, or NAMESPACE:NAME)");
      }
      var colon = text.indexOf(':');
      return colon < 0
          ? new Account(namespace, text)
          : new Account(text.substring(0, colon), text.substring(colon + 1));
    }
  }
}
