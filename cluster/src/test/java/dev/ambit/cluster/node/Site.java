package dev.ambit.cluster.node;

import dev.ambit.cli.AmbitMain;
import dev.ambit.cluster.machine.Images;
import dev.ambit.cluster.machine.Node;
import dev.ambit.cluster.machine.Tree;
import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Entry;
import dev.ambit.testkit.Await;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// A node on which Ambit is installed as the README says, with one namespace of agents.
public final class Site implements Closeable {
  static final String AGENTS = "agents";
  static final String REPORTER = "spiffe://example.org/ns/agents/sa/reporter";

  /// A pod starts in ten seconds; a machine with other work needs a multiple of it.
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private static final String SYSTEM = "ambit-system";
  private static final Pattern ID = Pattern.compile("(?m)^session +([0-9A-Z]{26})$");

  private final Node node;
  private final Images images;
  private final List<Step> transcript = new ArrayList<>();

  private Site(Node node, Images images) {
    this.node = node;
    this.images = images;
  }

  /// Starts everything, or nothing.
  ///
  /// @param folder new or empty, with a short path
  public static Site open(Path folder) throws IOException, InterruptedException {
    var images = Images.build(folder);
    var node = Node.start(folder.resolve("n"));
    var site = new Site(node, images);
    var whole = false;
    try {
      site.install();
      whole = true;
      return site;
    } finally {
      if (!whole) {
        node.close();
      }
    }
  }

  private void install() throws IOException {
    node.load(images.files());
    node.register(
        "spiffe://example.org/ns/ambit-system/sa/ambit-control-plane",
        SYSTEM,
        "ambit-control-plane",
        "control-plane");
    node.register(REPORTER, AGENTS, "reporter", "ambit-proxy");
    var _ = node.kubectl("create", "namespace", SYSTEM).done();
    var secret =
        new ArrayList<>(List.of("create", "secret", "generic", "ambit-files", "-n", SYSTEM));
    node.outside().files().forEach((name, file) -> secret.add("--from-file=" + name + "=" + file));
    var _ = node.kubectl(secret.toArray(String[]::new)).done();
    step(
        "helm install ambit helm/ambit --namespace ambit-system --set spire.trustDomain=example.org ...",
        node.helm(
            "install",
            "ambit",
            Tree.chart().toString(),
            "--namespace",
            SYSTEM,
            "--set",
            "spire.trustDomain=example.org,controlPlane.persistence.enabled=false",
            "--set",
            "controlPlane.files.secretName=ambit-files",
            "--set",
            "controlPlane.image.pullPolicy=Never,proxy.image.pullPolicy=Never",
            "--set",
            images.values(),
            "--wait",
            "--timeout",
            "3m"));
    node.apply(ambit("namespace", AGENTS).done()).done();
    step(
        "ambit namespace agents | kubectl apply -f -",
        node.kubectl("get", "namespace", AGENTS, "--show-labels"));
    var _ = node.kubectl("create", "serviceaccount", "reporter", "-n", AGENTS).done();
    node.apply(resources()).done();
    step(
        "kubectl apply -n ambit-system -f resources.yaml",
        node.kubectl("get", "targets,credentialproviders,sessiontemplates", "-n", SYSTEM));
    Await.until(
        "resources are in force",
        PATIENCE,
        () ->
            node.kubectl("get", "sessiontemplates", "report", "-n", SYSTEM, "-o", "yaml")
                .out()
                .contains("reason: InForce"));
  }

  Node node() {
    return node;
  }

  Images images() {
    return images;
  }

  /// What was done so far, as a person would have typed and seen it.
  List<Step> transcript() {
    return List.copyOf(transcript);
  }

  /// Notes what a person typed and saw, and insists that it went well.
  Ran step(String typed, Ran ran) {
    transcript.add(new Step(typed, ran.done()));
    return ran;
  }

  /// Runs the command line as the administrator of the cluster.
  Ran ambit(String... words) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                AmbitMain.class.getName()));
    command.addAll(List.of(words));
    return User.ROOT
        .with("KUBECONFIG", node.kubeconfig().toString())
        .with("HOME", "/nonexistent")
        .run(command);
  }

  /// A pod with nothing but curl in it, and no word of Ambit.
  ///
  /// @param more lines of its metadata, indented by two
  String agent(String name, String more) {
    return """
    apiVersion: v1
    kind: Pod
    metadata:
      name: NAME
      namespace: agents
    MORE
    spec:
      serviceAccountName: reporter
      terminationGracePeriodSeconds: 2
      containers:
        - name: agent
          image: IMAGE
          imagePullPolicy: Never
          command: [sleep, infinity]
    """
        .replace("MORE\n", more.isEmpty() ? "" : more.indent(2))
        .replace("NAME", name)
        .replace("IMAGE", images.agent());
  }

  /// What would come of a pod.
  Ran tried(String yaml) {
    try {
      return node.apply(yaml, "--dry-run=server", "--output=yaml");
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  /// Starts a pod and waits until all of it is ready.
  void start(String name, String yaml) throws IOException {
    node.apply(yaml).done();
    ready(name);
  }

  /// Waits until all of a pod is ready.
  void ready(String name) {
    Await.until("pod " + name + " is ready", PATIENCE, () -> is(name, "Ready"));
  }

  /// Whether a condition of a pod holds.
  boolean is(String pod, String condition) {
    return node.kubectl(
            "get",
            "pod",
            pod,
            "-n",
            AGENTS,
            "-o",
            "jsonpath={.status.conditions[?(@.type==\"" + condition + "\")].status}")
        .out()
        .equals("True");
  }

  /// The UID of a pod.
  String uid(String pod) {
    return node.kubectl("get", "pod", pod, "-n", AGENTS, "-o", "jsonpath={.metadata.uid}").done();
  }

  /// Removes a pod and waits until it is gone.
  void remove(String pod) {
    var _ = node.kubectl("delete", "pod", pod, "-n", AGENTS, "--ignore-not-found").done();
  }

  /// Runs a command in a pod's own container.
  Ran exec(String pod, String... words) {
    var command = new ArrayList<>(List.of("exec", "-n", AGENTS, pod, "--"));
    command.addAll(List.of(words));
    return node.kubectl(command.toArray(String[]::new));
  }

  /// What curl in a pod gets: body, and the status in the last line.
  Ran curl(String pod, String... words) {
    var command = new ArrayList<>(List.of("curl", "-sS", "-m", "20", "-w", "\n%{http_code}"));
    command.addAll(List.of(words));
    return exec(pod, command.toArray(String[]::new));
  }

  /// The API's items, as agents know them.
  String items() {
    return node.outside().api("/v1/items");
  }

  /// Requests that reached the API so far.
  List<Entry> requests() {
    return node.outside().requests();
  }

  /// Opens a session for one pod and waits until its calls are granted; the session's id.
  String grant(String pod) {
    var opened =
        step(
            "ambit session open -t report -w " + REPORTER + " --pod " + uid(pod),
            ambit("session", "open", "-t", "report", "-w", REPORTER, "--pod", uid(pod)));
    var id = ID.matcher(opened.out());
    if (!id.find()) {
      throw new AssertionError("session open: " + opened + " (expected: an id)");
    }
    Await.until("it is granted", PATIENCE, () -> curl(pod, items()).out().endsWith("\n200"));
    return id.group(1);
  }

  /// Whether the session of the pod that had this UID is closed, because of the pod.
  boolean closed(String uid) {
    var all = ambit("session", "list", "-o", "json").done();
    return Arrays.stream(all.split("\"id\" : \"[0-9A-Z]{26}\"", -1))
        .anyMatch(session ->
            session.contains(uid)
                && session.contains("\"state\" : \"CLOSED\"")
                && session.contains("\"closeDetail\" : \"pod agents/"));
  }

  private String resources() {
    var outside = node.outside();
    return RESOURCES
        .replace("ADDRESS", outside.address())
        .replace("API_PORT", Integer.toString(outside.apiPort()))
        .replace("ISSUER_PORT", Integer.toString(outside.issuerPort()));
  }

  @Override
  public void close() throws IOException {
    node.close();
  }

  /// What a person typed, and what they saw.
  record Step(String typed, String seen) {}

  private static final String RESOURCES =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: api, namespace: ambit-system }
      spec:
        hosts: [api.acme.test]
        ports: [API_PORT]
        protocol: https
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: CredentialProvider
      metadata: { name: issuer, namespace: ambit-system }
      spec:
        oauth:
          tokenEndpoint: https://issuer.acme.test:ISSUER_PORT/token
          revocationEndpoint: https://issuer.acme.test:ISSUER_PORT/revoke
          introspectionEndpoint: https://issuer.acme.test:ISSUER_PORT/introspect
          roots: { file: ca.pem }
          client: { id: ambit, secret: { file: ambit.secret } }
          verifier: { id: verifier, secret: { file: verifier.secret } }
          scopes: ["items:read", "items:write"]
          lifetimeMax: 10m
          propagationBound: 1s
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: report, namespace: ambit-system }
      spec:
        openers: ["kubernetes:ambit-system:ambit-operator", "kubernetes:agents"]
        workloads: ["spiffe://example.org/ns/agents/sa/reporter"]
        binding: pod
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items", "/v1/items/{id}"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
      """;
}
