package dev.ambit.control.webhook.inject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.InjectionSettings;
import dev.ambit.resources.InjectionSettings.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// An ordinary pod comes out with the proxy in it, and everything else of it stays.
class InjectorTest {
  private static final String WRITE = "AMBIT_WRITE_EXPECTED";

  private final Injector injector = new Injector(Pods.settings(Mode.TRANSPARENT));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "deployment",
        "restricted",
        "job",
        "statefulset",
        "daemonset",
        "cronjob",
        "sidecars"
      })
  void ordinaryPodsComeOutAsTheFilesSay(String name) throws IOException {
    var pod = Pods.read(name);
    var result = Pods.patched(pod, injector.inject(pod));
    if (System.getenv(WRITE) != null) {
      Files.writeString(
          Pods.FOLDER.resolve(name + ".injected.json"), result.toPrettyString() + "\n");
    }
    assertThat(result)
        .as("with %s=1 the tests write what they find, to be read before it is committed", WRITE)
        .isEqualTo(Pods.read(name + ".injected"));
    assertThat(again(injector, result)).isEmpty();
    assertThat(pod).as("the question itself").isEqualTo(Pods.read(name));
  }

  @Test
  void redirectComesFirstThenTheProxyThenEverythingElse() {
    assertThat(names(injected(Pods.read("sidecars")).at("/spec/initContainers")))
        .containsExactly("ambit-redirect", "ambit-proxy", "migrate", "log");
  }

  @Test
  void whatALaterVersionOfKubernetesSaysIsKept() {
    var result = injected(Pods.read("sidecars"));
    assertThat(result.at("/spec/fieldOfALaterVersion/nested/1/kept").asBoolean()).isTrue();
    assertThat(result.at("/spec/containers/0/restartPolicyRules")).hasSize(1);
  }

  @Test
  void anInitContainerPutAheadOfOursGoesBehindThem() {
    var pod = injected(Pods.plain(_ -> {}));
    pod.withArray("/spec/initContainers")
        .insert(0, Pods.parse("{\"name\": \"vault-agent-init\", \"image\": \"vault:2\"}"));
    var result = injected(pod);
    assertThat(names(result.at("/spec/initContainers")))
        .containsExactly("ambit-redirect", "ambit-proxy", "vault-agent-init");
    assertThat(result.at("/spec/initContainers/2/securityContext/runAsUser").asInt())
        .isEqualTo(1_000);
    assertThat(again(injector, result)).isEmpty();
  }

  @Test
  void aContainerThatCameLaterGetsTrustAndSecurity() {
    var pod = injected(Pods.plain(_ -> {}));
    pod.withArray("/spec/containers").add(Pods.parse("{\"name\": \"late\", \"image\": \"l:1\"}"));
    var late = injected(pod).at("/spec/containers/1");
    assertThat(late).isEqualTo(renamed(pod.at("/spec/containers/0"), late));
  }

  @Test
  void whatTheApiServerAddsToOursIsKept() {
    var pod = injected(Pods.plain(_ -> {}));
    var proxy = (ObjectNode) pod.at("/spec/initContainers/1");
    proxy
        .withArrayProperty("volumeMounts")
        .add(
            Pods.parse(
                """
                {"name": "kube-api-access-1", "readOnly": true,
                 "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
                """));
    proxy.withObjectProperty("resources").withObjectProperty("limits").put("cpu", "2");
    assertThat(again(injector, pod)).isEmpty();
  }

  @Test
  void whatAnybodyElsePutsIntoOursIsGone() {
    var pod = injected(Pods.plain(_ -> {}));
    var right = pod.deepCopy();
    var proxy = (ObjectNode) pod.at("/spec/initContainers/1");
    proxy.putArray("command").add("sh");
    proxy
        .withArrayProperty("env")
        .add(Pods.parse("{\"name\": \"JAVA_TOOL_OPTIONS\", \"value\": \"-javaagent:/x.jar\"}"));
    proxy.put("image", "other:1");
    ((ObjectNode) pod.at("/spec/volumes/0")).putObject("emptyDir");
    assertThat(injected(pod)).isEqualTo(right);
  }

  @Test
  void whatWasReplacedOnceIsStillSaidAtTheSecondRun() {
    var first = injected(Pods.read("sidecars"));
    ((ObjectNode) first.at("/spec/containers/0")).put("image", "app:2");
    assertThat(status(injected(first)).at("/replaced/app"))
        .isEqualTo(status(first).at("/replaced/app"))
        .hasSize(2);
  }

  @Test
  void aVariableStaysOnlyWhereItLeadsToWhatWePublish() {
    var pod =
        Pods.plain(plain ->
            plain
                .withArray("/spec/containers/0/env")
                .add(variable("SSL_CERT_DIR", "/etc/ssl/certs:/run/ambit/trust/etc/ssl/certs"))
                .add(variable("CURL_CA_BUNDLE", "/etc/ssl/certs/../certs/ca-certificates.crt"))
                .add(variable("PIP_CERT", "/etc/ssl/certs/corp.pem"))
                .add(variable("GIT_SSL_CAINFO", "/etc/ssl/certs/$(WHICH)"))
                .add(variable("NODE_EXTRA_CA_CERTS", ""))
                .add(variable("PATH", "/bin")));
    var result = injected(pod);
    assertThat(value(result, "SSL_CERT_DIR"))
        .isEqualTo("/etc/ssl/certs:/run/ambit/trust/etc/ssl/certs");
    assertThat(value(result, "CURL_CA_BUNDLE"))
        .isEqualTo("/etc/ssl/certs/../certs/ca-certificates.crt");
    assertThat(value(result, "PATH")).isEqualTo("/bin");
    assertThat(value(result, "PIP_CERT"))
        .isEqualTo("/run/ambit/trust/etc/ssl/certs/ca-certificates.crt");
    assertThat(value(result, "NODE_EXTRA_CA_CERTS")).isEqualTo("/run/ambit/trust/ca.pem");
    assertThat(texts(status(result).at("/replaced/app")))
        .containsExactly("GIT_SSL_CAINFO", "NODE_EXTRA_CA_CERTS", "PIP_CERT");
  }

  @Test
  void optionsOfAJvmAreKeptInFrontOfOurs() {
    var result = injected(Pods.read("sidecars"));
    assertThat(value(result, "JAVA_TOOL_OPTIONS"))
        .startsWith("-Xmx64m -Djavax.net.ssl.trustStoreType=PKCS12 ")
        .contains("/run/ambit/trust/etc/ssl/certs/java/cacerts");
  }

  @Test
  void aVariableFromElsewhereIsReplacedAndListed() {
    var result = injected(Pods.read("sidecars"));
    assertThat(value(result, "AWS_CA_BUNDLE")).startsWith("/run/ambit/trust/");
    assertThat(texts(status(result).at("/replaced/app")))
        .containsExactly("AWS_CA_BUNDLE", "SSL_CERT_FILE");
  }

  @Test
  void whereAContainerMountsSomethingItselfNothingIsPutOver() {
    for (var path : List.of("/etc/ssl/certs", "/etc/ssl/certs/", "/etc/ssl", "/etc/ssl/certs/x")) {
      var result =
          injected(
              Pods.plain(plain ->
                  plain
                      .withArray("/spec/containers/0/volumeMounts")
                      .addObject()
                      .put("name", "own")
                      .put("mountPath", path)));
      assertThat(result.at("/spec/containers/0/volumeMounts")).as(path).hasSize(2);
      assertThat(texts(status(result).at("/skipped/app"))).containsExactly("/etc/ssl/certs");
    }
  }

  @Test
  void securityOfThePodCountsForItsContainers() {
    var result =
        injected(
            Pods.plain(plain -> plain.withObject("/spec/securityContext").put("runAsUser", 5)));
    assertThat(result.at("/spec/containers/0/securityContext"))
        .isEqualTo(
            Pods.parse(
                "{\"allowPrivilegeEscalation\": false, \"capabilities\": {\"drop\": [\"ALL\"]}}"));
  }

  @Test
  void explicitModeHasNoRedirectAndTellsClientsOfTheProxy() {
    var explicit = new Injector(Pods.settings(Mode.EXPLICIT));
    var pod =
        Pods.plain(plain ->
            plain
                .withArray("/spec/containers/0/env")
                .add(variable("NO_PROXY", "example.org"))
                .add(variable("https_proxy", "http://127.0.0.1:15002")));
    var result = Pods.patched(pod, explicit.inject(pod));
    assertThat(names(result.at("/spec/initContainers"))).containsExactly("ambit-proxy");
    assertThat(names(result.at("/spec/initContainers/0/env")))
        .doesNotContain("AMBIT_PROXY_CAPTURE_PORT", "AMBIT_PROXY_AGENT_DNS_PORT");
    for (var name : List.of("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy")) {
      assertThat(value(result, name)).isEqualTo("http://127.0.0.1:15002");
    }
    assertThat(value(result, "NO_PROXY")).isEqualTo("localhost,127.0.0.1,::1");
    assertThat(texts(status(result).at("/replaced/app"))).containsExactly("NO_PROXY");
    assertThat(again(explicit, result)).isEmpty();
  }

  @Test
  void ofAPodOfAnotherModeTheRedirectGoes() {
    var explicit = new Injector(Pods.settings(Mode.EXPLICIT));
    var pod = injected(Pods.plain(_ -> {}));
    var result = Pods.patched(pod, explicit.inject(pod));
    assertThat(names(result.at("/spec/initContainers"))).containsExactly("ambit-proxy");
  }

  @Test
  void aDriverBringsTheSocketWhereThereIsOne() {
    var usual = Pods.settings(Mode.TRANSPARENT);
    var driven =
        new InjectionSettings(
            usual.version(),
            usual.mode(),
            usual.images(),
            usual.controlPlane(),
            usual.controlPlaneId(),
            usual.spireSocket(),
            Optional.of("csi.spiffe.io"),
            usual.outboundExclusions(),
            usual.redirect(),
            usual.profiles(),
            usual.digest());
    var pod = Pods.plain(_ -> {});
    assertThat(Pods.patched(pod, new Injector(driven).inject(pod)).at("/spec/volumes/2"))
        .isEqualTo(
            Pods.parse(
                """
                {"name": "ambit-spiffe", "csi": {"driver": "csi.spiffe.io", "readOnly": true}}
                """));
  }

  @Test
  void whoCreatesAPodIsToldWhatDoesNotCountAnyMore() {
    assertThat(((Verdict.Injected) injector.inject(Pods.read("sidecars"))).warnings())
        .hasSize(2)
        .anySatisfy(
            warning -> assertThat(warning).contains("app: replaced AWS_CA_BUNDLE, SSL_CERT_FILE"))
        .anySatisfy(
            warning -> assertThat(warning).contains("migrate: nothing is put over /etc/ssl/certs"));
    assertThat(((Verdict.Injected) injector.inject(Pods.read("deployment"))).warnings()).isEmpty();
  }

  private ObjectNode injected(ObjectNode pod) {
    return Pods.patched(pod, injector.inject(pod));
  }

  private static JsonNode again(Injector injector, ObjectNode pod) {
    return ((Verdict.Injected) injector.inject(pod)).patch();
  }

  private static JsonNode status(ObjectNode pod) {
    return Pods.parse(pod.at("/metadata/annotations/ambit.dev~1status").asString());
  }

  private static List<String> names(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(Placement::name).toList();
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asString).toList();
  }

  private static String value(ObjectNode pod, String name) {
    var env = pod.at("/spec/containers/0/env");
    return env.get(Placement.find(env, name)).path("value").asString();
  }

  private static ObjectNode variable(String name, String value) {
    return Pods.parse("{}").put("name", name).put("value", value);
  }

  /// One container with the name and image of another.
  private static JsonNode renamed(JsonNode container, JsonNode other) {
    var renamed = (ObjectNode) container.deepCopy();
    renamed.set("name", other.path("name"));
    renamed.set("image", other.path("image"));
    return renamed;
  }
}
