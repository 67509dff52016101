package dev.ambit.cluster.plane;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.control.ControlPlaneMain;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.spiffe.x509.Pem;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A replica of the webhook as a process of its own, with the rights of a service account or none.
final class Replica implements Closeable {
  static final String INJECTION =
      """
      version: "0.1.0"
      mode: transparent
      images: { proxy: "ambit-proxy:0.1.0", redirect: "ambit-redirect:0.1.0" }
      imagePullPolicy: IfNotPresent
      controlPlane: { address: "ambit-control-plane.ambit-system.svc:9443", id: "spiffe://example.org/ns/ambit-system/sa/ambit-control-plane" }
      spire: { socket: /run/spire/agent-sockets/spire-agent.sock, csiDriver: "" }
      allowOutboundExclusions: false
      redirect: { resources: {requests: {cpu: 10m, memory: 32Mi}, limits: {memory: 32Mi}} }
      profiles:
        default: { runAsUser: 1000, launch: small, resources: { requests: {cpu: 50m, memory: 128Mi}, limits: {memory: 256Mi} } }
      """;

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Program program;
  private final int port;
  private final int admin;

  private Replica(Program program) {
    this.program = program;
    var ready = program.awaitOut("ready: webhook=(\\d+) admin=(\\d+)\n", PATIENCE);
    this.port = Integer.parseInt(ready.group(1));
    this.admin = Integer.parseInt(ready.group(2));
  }

  /// Starts one and waits for its ports.
  ///
  /// @param kubeconfig access of the service account
  /// @param site names of everything that the replicas of one release share
  static Replica start(String name, Path folder, Path kubeconfig, Site site) throws IOException {
    var settings = new HashMap<String, String>();
    settings.put("NAMESPACE", site.namespace());
    settings.put("SECRET", site.secret());
    settings.put("LEASE", site.lease());
    settings.put("CONFIGURATION", site.configuration());
    settings.put("SERVICE", "ambit-webhook.ambit-system.svc,127.0.0.1");
    settings.put("REPLICA", name);
    return start(
        name, folder, User.ROOT.with(Map.of("KUBECONFIG", kubeconfig.toString())), settings);
  }

  /// Starts one that shows the certificate of these files and knows of no cluster.
  static Replica withFiles(String name, Path folder, Path certificate, Path key)
      throws IOException {
    return start(
        name,
        folder,
        User.ROOT,
        Map.of(
            "CERTIFICATES", "files",
            "CERTIFICATE", certificate.toString(),
            "KEY", key.toString()));
  }

  private static Replica start(String name, Path folder, User account, Map<String, String> settings)
      throws IOException {
    var user =
        account
            .with("AMBIT_WEBHOOK_LISTEN", "127.0.0.1:0")
            .with("AMBIT_WEBHOOK_ADMIN_LISTEN", "127.0.0.1:0")
            .with(
                "AMBIT_WEBHOOK_INJECTION",
                Files.writeString(folder.resolve("injection.yaml"), INJECTION).toString())
            .with("AMBIT_WEBHOOK_LINGER", "0s");
    for (var setting : settings.entrySet()) {
      user = user.with("AMBIT_WEBHOOK_" + setting.getKey(), setting.getValue());
    }
    return new Replica(
        user.start(
            name,
            folder,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                ControlPlaneMain.class.getName(),
                "--role=webhook")));
  }

  /// Where the API server asks it.
  String url() {
    return "https://127.0.0.1:" + port + "/inject";
  }

  boolean ready() {
    return readiness().isEmpty();
  }

  /// Why it is not ready; empty: it is.
  String readiness() {
    try (var http = HttpClient.newHttpClient()) {
      var answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin + "/readyz")).build(),
              HttpResponse.BodyHandlers.ofString());
      return answer.statusCode() == 200 ? "" : answer.body();
    } catch (IOException failure) {
      return String.valueOf(failure.getMessage());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError(interrupted);
    }
  }

  String log() {
    return program.log();
  }

  void kill() {
    program.kill();
  }

  @Override
  public void close() {
    program.close();
  }

  /// What the replicas of one release share.
  record Site(String namespace, String secret, String lease, String configuration) {
    /// All names begin with that of the namespace, which is made.
    static Site make(ApiServer api, String namespace) throws IOException {
      var site =
          new Site(namespace, namespace + "-ca", namespace + "-lease", namespace + "-injection");
      api.apply(
              """
              apiVersion: v1
              kind: Namespace
              metadata: {name: NS}
              ---
              apiVersion: v1
              kind: ServiceAccount
              metadata: {name: webhook, namespace: NS}
              ---
              apiVersion: rbac.authorization.k8s.io/v1
              kind: Role
              metadata: {name: webhook, namespace: NS}
              rules:
                - {apiGroups: [""], resources: [secrets], verbs: [create]}
                - {apiGroups: [""], resources: [secrets], resourceNames: [NS-ca], verbs: [get, update]}
                - {apiGroups: [coordination.k8s.io], resources: [leases], verbs: [create]}
                - {apiGroups: [coordination.k8s.io], resources: [leases], resourceNames: [NS-lease], verbs: [get, update, patch]}
              ---
              apiVersion: rbac.authorization.k8s.io/v1
              kind: RoleBinding
              metadata: {name: webhook, namespace: NS}
              roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: webhook}
              subjects: [{kind: ServiceAccount, name: webhook, namespace: NS}]
              ---
              apiVersion: rbac.authorization.k8s.io/v1
              kind: ClusterRole
              metadata: {name: NS-webhook}
              rules:
                - {apiGroups: [admissionregistration.k8s.io], resources: [mutatingwebhookconfigurations], resourceNames: [NS-injection], verbs: [get, patch]}
              ---
              apiVersion: rbac.authorization.k8s.io/v1
              kind: ClusterRoleBinding
              metadata: {name: NS-webhook}
              roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NS-webhook}
              subjects: [{kind: ServiceAccount, name: webhook, namespace: NS}]
              """
                  .replace("NS", namespace))
          .done();
      return site;
    }

    /// Access of the service account alone.
    Path kubeconfig(ApiServer api, Path folder) throws IOException {
      var file = Files.copy(api.kubeconfig(), folder.resolve("kubeconfig"));
      var token = api.kubectl("-n", namespace, "create", "token", "webhook").done().strip();
      var at = "--kubeconfig=" + file;
      api.kubectl(at, "config", "set-credentials", "webhook", "--token=" + token).done();
      api.kubectl(at, "config", "set-context", "--current", "--user=webhook").done();
      return file;
    }

    /// Sends pods of the namespaces that [#enforce] makes to a replica; who is believed stays as it
    /// is.
    void configure(ApiServer api, String url) throws IOException {
      api.apply(
              """
              apiVersion: admissionregistration.k8s.io/v1
              kind: MutatingWebhookConfiguration
              metadata: {name: NAME}
              webhooks:
                - name: injection.ambit.dev
                  admissionReviewVersions: [v1]
                  clientConfig: {url: "URL"}
                  failurePolicy: Fail
                  sideEffects: None
                  timeoutSeconds: 5
                  reinvocationPolicy: IfNeeded
                  namespaceSelector: {matchLabels: {webhook-under-test: NS}}
                  rules:
                    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: Namespaced}
              """
                  .replace("NAME", configuration)
                  .replace("URL", url)
                  .replace("NS", namespace))
          .done();
    }

    /// Lets the API server believe whom these certificates vouch for.
    void believe(ApiServer api, List<X509Certificate> authorities) {
      var bundle =
          Base64.getEncoder().encodeToString(Pem.certificates(authorities).getBytes(US_ASCII));
      api.kubectl(
              "patch",
              "mutatingwebhookconfiguration",
              configuration,
              "--type=json",
              "--patch=[{op: add, path: /webhooks/0/clientConfig/caBundle, value: " + bundle + "}]")
          .done();
    }

    /// Makes a namespace whose pods are injected. It has a label of its own: with the usual one the
    /// policies of a release that another test installs would judge them as well.
    void enforce(ApiServer api, String name) throws IOException {
      api.apply(
              """
              apiVersion: v1
              kind: Namespace
              metadata: {name: NAME, labels: {webhook-under-test: NS}}
              """
                  .replace("NAME", name)
                  .replace("NS", namespace))
          .done();
    }
  }
}
