package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.cluster.AttachedCheck;
import dev.ambit.cli.print.Item.Verdict;
import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.proto.v1.AttachedProxy;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `ambit check` finds what is wrong with a release in a cluster. What the chart makes stands here
/// in short; no policy of it selects anything.
@ExtendWith(OneApiServer.class)
class ClusterCheckTest {
  private static final String RELEASE = "checked";
  private static final String FULL = "checked-ambit";
  private static final String SYSTEM = "checked-system";
  private static final String AGENTS = "checked-agents";
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String READY =
      "{\"phase\":\"Running\",\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}";
  private static final String INJECTION = "version: \"0.1.0\"\nmode: MODE\n";

  private final ApiServer api;
  private final Instant now = InstantSource.system().instant();
  private final String authority = authority("ours", now);

  ClusterCheckTest(ApiServer api) {
    this.api = api;
  }

  @BeforeEach
  void install() throws IOException {
    var _ =
        api.apply("apiVersion: v1\nkind: Namespace\nmetadata: { name: " + SYSTEM + " }\n").done();
    var namespace =
        Command.type(
            api.kubeconfig(),
            "namespace",
            AGENTS,
            "--release",
            RELEASE,
            "--kubernetes-namespace",
            SYSTEM);
    var _ = api.apply(namespace.out()).done();
    webhook();
    trust(authority, authority);
    mode("transparent");
    policies();
    pod("good", true, "{\"version\":\"0.1.0\",\"config\":\"CONFIG\",\"mode\":\"transparent\"}");
    status(
        AGENTS,
        "good",
        "{\"phase\":\"Running\",\"initContainerStatuses\":["
            + container("\"running\":{}", true)
            + "]}");
  }

  @AfterEach
  void uninstall() {
    for (var kind :
        List.of(
            "validatingadmissionpolicybinding",
            "validatingadmissionpolicy",
            "mutatingwebhookconfiguration")) {
      var _ = api.kubectl("delete", kind, "-l", "test=checked", "--wait=false").done();
    }
    var _ =
        api.kubectl("-n", AGENTS, "delete", "pod", "--all", "--grace-period=0", "--force").done();
    var _ = api.kubectl("-n", AGENTS, "delete", "networkpolicy", "--all").done();
  }

  @Test
  void findsNothingWrongWithWhatIsAsItShouldBe() {
    assertThat(findings())
        .contains(
            "webhook ok: 2 replicas of checked-ambit-webhook are available",
            "webhook ok: pods are refused while it is away",
            "policies ok: V1 to V10 are there, bound and deny",
            "injection ok: version 0.1.0, transparent",
            "namespace ok: checked-agents: 1 pods, all behind a proxy; policies for both directions")
        .anyMatch(finding -> finding.startsWith("webhook ok: its authority is good until "));
  }

  @Test
  void findsAPodWithoutAProxy() throws IOException {
    pod("bare", false, "");
    assertThat(findings()).contains("namespace wrong: checked-agents: pods without a proxy: bare");
    // The label alone makes no proxy.
    var _ = api.kubectl("-n", AGENTS, "label", "pod", "bare", "ambit.dev/injected=true").done();
    assertThat(findings()).contains("namespace wrong: checked-agents: pods without a proxy: bare");
  }

  @Test
  void findsAPolicyThatIsNotInForce() {
    var _ =
        api.kubectl("delete", "validatingadmissionpolicybinding", "checked-ambit-v03-test").done();
    var _ = api.kubectl("delete", "validatingadmissionpolicy", "checked-ambit-v07-test").done();
    var _ =
        api.kubectl(
                "patch",
                "validatingadmissionpolicybinding",
                "checked-ambit-v08-test",
                "--type=merge",
                "-p",
                "{\"spec\":{\"validationActions\":[\"Audit\"]}}")
            .done();
    assertThat(findings())
        .contains(
            "policies wrong: V3 (checked-ambit-v03-test) is not bound so that it denies",
            "policies wrong: V7 is not there",
            "policies wrong: V8 (checked-ambit-v08-test) is not bound so that it denies");
  }

  @Test
  void findsAMissingNetworkPolicy() {
    var _ = api.kubectl("-n", AGENTS, "delete", "networkpolicy", "ambit-egress").done();
    assertThat(findings())
        .contains(
            "namespace wrong: checked-agents has no NetworkPolicy for egress of all its pods");
  }

  @Test
  void findsAForeignOrExpiredAuthorityOrNone() throws IOException {
    trust(authority("foreign", now), authority);
    assertThat(findings())
        .contains(
            "webhook wrong: the caBundle trusts an authority that is not the release's: CN=foreign");
    var old = authority("old", now.minus(Duration.ofDays(3)));
    trust(old, old);
    assertThat(findings())
        .anyMatch(finding -> finding.startsWith("webhook wrong: its authority has expired at "));
    var late = authority("late", now.minus(Duration.ofHours(44)));
    trust(late, late);
    assertThat(findings())
        .anyMatch(finding -> finding.startsWith("webhook note: its authority expires at "));
    trust("", authority);
    assertThat(findings()).anyMatch(finding -> finding.startsWith("webhook wrong: no caBundle"));
  }

  @Test
  void findsAProxyWithoutAnIdentityAndOneThatIsOld() {
    status(
        AGENTS,
        "good",
        "{\"phase\":\"Pending\",\"initContainerStatuses\":["
            + container("\"terminated\":{\"exitCode\":69,\"reason\":\"Error\"}", false)
            + "]}");
    var _ =
        api.kubectl(
                "-n",
                AGENTS,
                "annotate",
                "--overwrite",
                "pod",
                "good",
                "ambit.dev/status={\"version\":\"0.0.9\"}")
            .done();
    assertThat(findings())
        .contains(
            "namespace wrong: checked-agents: pods whose proxy gets no SVID from the SPIRE agent of its node: good",
            "namespace note: checked-agents: pods injected by another version or other settings than 0.1.0: good");
  }

  @Test
  void findsAControlPlaneWithoutAnIdentity() throws IOException {
    var _ =
        api.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: checked-ambit-control-plane-0
                  namespace: checked-system
                  labels: { app.kubernetes.io/instance: checked, app.kubernetes.io/component: control-plane }
                spec: { containers: [{ name: control-plane, image: "plane:0" }] }
                """)
            .done();
    var pod = "checked-system/checked-ambit-control-plane-0";
    try {
      assertThat(findings()).contains("control plane pod wrong: " + pod + " is not ready");
      status(
          SYSTEM,
          "checked-ambit-control-plane-0",
          "{\"containerStatuses\":["
              + container("\"terminated\":{\"exitCode\":69,\"reason\":\"Error\"}", false)
                  .replace("ambit-proxy", "control-plane")
              + "]}");
      assertThat(findings())
          .contains(
              "control plane pod wrong: " + pod + " gets no SVID from the SPIRE agent of its node");
      status(SYSTEM, "checked-ambit-control-plane-0", READY);
      assertThat(findings())
          .contains("control plane pod ok: " + pod + " is ready, so it has its SVID");
    } finally {
      var _ =
          api.kubectl(
                  "-n",
                  SYSTEM,
                  "delete",
                  "pod",
                  "checked-ambit-control-plane-0",
                  "--grace-period=0",
                  "--force")
              .done();
    }
  }

  @Test
  void holdsWhoIsAttachedAgainstThePods() {
    var check = new AttachedCheck(api.client());
    var good =
        AttachedProxy.newBuilder()
            .setWorkload("spiffe://example.org/ns/checked-agents/sa/ambit-opener")
            .setNamespace(AGENTS)
            .setPod("good")
            .build();
    assertThat(check.look(List.of(good))).noneMatch(item -> item.found().contains(AGENTS));
    var wrong = good.toBuilder().setWorkload("spiffe://example.org/ns/other/sa/coder").build();
    assertThat(check.look(List.of(wrong)))
        .anyMatch(item ->
            item.verdict() == Verdict.WRONG
                && item.found()
                    .contains(
                        "checked-agents/good has the identity spiffe://example.org/ns/other"));
    assertThat(check.look(List.of()))
        .anyMatch(
            item -> item.found().equals("checked-agents/good runs a proxy that is not attached"));
    assertThat(check.look(List.of(good, good.toBuilder().setPod("gone").build())))
        .anyMatch(item ->
            item.verdict() == Verdict.NOTE
                && item.found()
                    .contains("from checked-agents/gone, where there is no injected pod"));
  }

  @Test
  void saysThatTheModeIsExplicitAndThatTheWebhookIsAway() throws IOException {
    mode("explicit");
    var _ =
        api.kubectl("-n", SYSTEM, "scale", "deployment", "checked-ambit-webhook", "--replicas=0")
            .done();
    Await.until("no replica", PATIENCE, () -> available() == 0);
    assertThat(findings())
        .anyMatch(finding -> finding.startsWith("injection note: explicit mode: "))
        .anyMatch(
            finding -> finding.startsWith("webhook wrong: no replica of checked-ambit-webhook"));
  }

  @Test
  void saysWhatAPersonMayNotSee() throws IOException {
    var _ = api.apply(READER).done();
    var token = api.kubectl("-n", SYSTEM, "create", "token", "reader").done();
    var file = Files.createTempFile("reader", ".kubeconfig");
    Files.writeString(
        file,
        Files.readString(api.kubeconfig())
            .replaceAll(
                "user: \\{client-certificate-data.*}", "user: {token: " + token.strip() + "}"));
    var typed =
        Command.type(
            file, "check", "-o", "json", "--release", RELEASE, "--kubernetes-namespace", SYSTEM);
    assertThat(typed.findings())
        .anyMatch(finding -> finding.startsWith("policies note: cluster: the user of "))
        .anyMatch(finding -> finding.startsWith("control plane pod wrong: there is none"));
  }

  @Test
  void saysBeforeTheInstallationWhetherItCanBeMade() {
    var typed = Command.type(api.kubeconfig(), "check", "--pre", "-o", "json");
    assertThat(typed.exit()).as(typed.toString()).isZero();
    assertThat(typed.findings())
        .contains(
            "nodes ok: every kubelet knows native sidecars",
            "rights ok: the user may create all that the chart consists of")
        .anyMatch(finding -> finding.startsWith("version ok: the API server is v1.34."));
    var red = Command.type(api.kubeconfig(), "check", "--pre", "--cert-manager", "-o", "json");
    assertThat(red.exit()).isEqualTo(1);
    assertThat(red.findings()).contains("cert-manager wrong: its resources are not there");
  }

  private static final String READER =
      """
      apiVersion: v1
      kind: ServiceAccount
      metadata: { name: reader, namespace: checked-system }
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata: { name: reader, namespace: checked-system }
      roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
      subjects: [{ kind: ServiceAccount, name: reader, namespace: checked-system }]
      """;

  /// No control plane answers here, so every check is red.
  private List<String> findings() {
    var typed =
        Command.type(
            api.kubeconfig(),
            "check",
            "-o",
            "json",
            "--release",
            RELEASE,
            "--kubernetes-namespace",
            SYSTEM);
    assertThat(typed.exit()).as(typed.toString()).isEqualTo(1);
    return typed.findings();
  }

  private void webhook() throws IOException {
    var _ =
        api.apply(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: { name: checked-ambit-webhook, namespace: checked-system }
                spec:
                  replicas: 2
                  selector: { matchLabels: { app: webhook } }
                  template:
                    metadata: { labels: { app: webhook } }
                    spec: { containers: [{ name: webhook, image: "webhook:0" }] }
                """)
            .done();
    Await.until(
        "2 replicas",
        PATIENCE,
        () -> {
          api.client()
              .pods()
              .inNamespace(SYSTEM)
              .withLabel("app", "webhook")
              .list()
              .getItems()
              .forEach(pod -> status(SYSTEM, pod.getMetadata().getName(), READY));
          return available() == 2;
        });
  }

  private int available() {
    var status =
        api.client()
            .apps()
            .deployments()
            .inNamespace(SYSTEM)
            .withName("checked-ambit-webhook")
            .get()
            .getStatus();
    return status == null || status.getAvailableReplicas() == null
        ? 0
        : status.getAvailableReplicas();
  }

  private void trust(String bundle, String own) throws IOException {
    var _ =
        api.apply(
                """
                apiVersion: admissionregistration.k8s.io/v1
                kind: MutatingWebhookConfiguration
                metadata: { name: checked-ambit-injection, labels: { test: checked } }
                webhooks:
                  - name: injection.ambit.dev
                    admissionReviewVersions: [v1]
                    sideEffects: None
                    failurePolicy: Fail
                    namespaceSelector: { matchLabels: { nobody: has-this } }
                    rules: [{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]
                    clientConfig:
                      service: { name: checked-ambit-webhook, namespace: checked-system, path: /inject }
                      caBundle: "%s"
                ---
                apiVersion: v1
                kind: Secret
                metadata: { name: checked-ambit-webhook-ca, namespace: checked-system }
                data: { ca.crt: "%s" }
                """
                    .formatted(base64(bundle), base64(own)))
            .done();
  }

  private void mode(String mode) throws IOException {
    var _ =
        api.apply(
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: { name: checked-ambit-injection, namespace: checked-system }
                data:
                  injection.yaml: |
                    version: "0.1.0"
                    mode: MODE
                """
                    .replace("MODE", mode))
            .done();
  }

  private void policies() throws IOException {
    var all = new StringBuilder();
    for (var number = 1; number <= 10; number++) {
      all.append(policy(String.format(Locale.ROOT, "%s-v%02d-test", FULL, number)));
    }
    var _ = api.apply(all.toString()).done();
  }

  private static String policy(String name) {
    return """
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicy
    metadata: { name: NAME, labels: { test: checked } }
    spec:
      failurePolicy: Fail
      matchConstraints:
        namespaceSelector: { matchLabels: { nobody: has-this } }
        resourceRules:
          - { apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [configmaps] }
      validations: [{ expression: "true" }]
    ---
    apiVersion: admissionregistration.k8s.io/v1
    kind: ValidatingAdmissionPolicyBinding
    metadata: { name: NAME, labels: { test: checked } }
    spec: { policyName: NAME, validationActions: [Deny] }
    """
        .replace("NAME", name);
  }

  private void pod(String name, boolean injected, String status) throws IOException {
    var _ =
        api.apply(
                """
                apiVersion: v1
                kind: Pod
                metadata:
                  name: NAME
                  namespace: checked-agents
                  labels: { LABELS }
                  annotations: { ANNOTATIONS }
                spec:
                  serviceAccountName: ambit-opener
                  initContainers: [INIT]
                  containers: [{ name: app, image: "app:0" }]
                """
                    .replace("NAME", name)
                    .replace("LABELS", injected ? "ambit.dev/injected: \"true\"" : "")
                    .replace("ANNOTATIONS", injected ? "ambit.dev/status: 'STATUS'" : "")
                    .replace("STATUS", status.replace("CONFIG", digest()))
                    .replace(
                        "INIT",
                        injected
                            ? "{ name: ambit-proxy, image: \"proxy:0\", restartPolicy: Always }"
                            : ""))
            .done();
  }

  private void status(String namespace, String pod, String status) {
    var _ =
        api.kubectl(
                "-n",
                namespace,
                "patch",
                "pod",
                pod,
                "--subresource=status",
                "--type=merge",
                "-p",
                "{\"status\":" + status + "}")
            .done();
  }

  private static String container(String state, boolean started) {
    return "{\"name\":\"ambit-proxy\",\"image\":\"proxy:0\",\"imageID\":\"\",\"restartCount\":0,"
        + "\"ready\":"
        + started
        + ",\"started\":"
        + started
        + ",\"state\":{"
        + state
        + "}}";
  }

  /// As much of it as the webhook tells.
  private static String digest() {
    try {
      var whole =
          MessageDigest.getInstance("SHA-256")
              .digest(INJECTION.replace("MODE", "transparent").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(whole, 0, 8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static String authority(String name, Instant from) {
    var validity = Validity.from(from, Duration.ofDays(2));
    return Pem.certificates(List.of(CertificateAuthority.create(name, validity).certificate()));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
