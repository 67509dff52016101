package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What can still be done to a pod that is there: V2, V7, V8 and V9.
@ExtendWith(OneApiServer.class)
@TestInstance(Lifecycle.PER_CLASS)
class RunningPodPoliciesTest {
  /// What the API server answers to an exec that it admitted: there is no node.
  private static final String ADMITTED = "does not have a host assigned";

  private final Release release;
  private final Pods pods;
  private final Pods ordinary;

  @TempDir private Path folder;

  RunningPodPoliciesTest(ApiServer api) {
    release = Release.install(api, "policy.breakGlassGroups[0]=ambit-break-glass").withoutWebhook();
    pods = release.enforced("running-pods").made(Pods.injected());
    ordinary = release.ordinary("ordinary-pods").made(Pods.bare());
  }

  @AfterAll
  void uninstall() {
    release.close();
  }

  @Test
  void v2TheImagesOfOurContainersStay() {
    pods.kubectl("set", "image", "pod/agent", "ambit-proxy=evil:1")
        .deniedBy("v02-proxy", "container ambit-proxy, ambit-redirect: image: changed");
    pods.kubectl("set", "image", "pod/agent", "ambit-redirect=evil:1")
        .deniedBy("v02-proxy", "container ambit-proxy, ambit-redirect: image: changed");
    pods.kubectl("set", "image", "pod/agent", "agent=agent:2").permitted();
  }

  @Test
  void aPodFromBeforeItsNamespaceWasEnforcedCanBeLabelledAndDeleted() {
    var old = release.ordinary("old-pods").made(Pods.bare());
    old.kubectl("label", "namespace", "old-pods", "ambit.dev/injection=enforced").permitted();
    Await.until(
        "policies in force",
        () -> old.tried(Pods.bare("/metadata/name=new")).refusal().contains("ambit-v02-proxy"));
    old.kubectl("label", "pod", "bare", "seen=yes").permitted();
    old.kubectl("patch", "pod", "bare", "-p", "{\"metadata\":{\"finalizers\":[\"x.test/y\"]}}")
        .permitted();
    old.kubectl("patch", "pod", "bare", "-p", "{\"metadata\":{\"finalizers\":null}}").permitted();
    old.kubectl("delete", "pod", "bare", "--now").permitted();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          securityContext.runAsUser: absent | {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          securityContext.runAsUser, runAsGroup: 2112 | {runAsUser: 2112, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          securityContext.privileged: true | {runAsUser: 7, privileged: true, capabilities: {drop: [ALL]}}
          securityContext.allowPrivilegeEscalation: not false | {runAsUser: 7, capabilities: {drop: [ALL]}}
          securityContext.capabilities.drop: without ALL | {runAsUser: 7, allowPrivilegeEscalation: false}
          securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [SYS_PTRACE]}}
          """)
  void v7AndA178AndA188AnEphemeralContainerIsJudgedLikeOthers(String field, String context)
      throws IOException {
    debug("general", "{securityContext: " + context + "}").deniedBy("v07-ephemeral", field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          volumeMounts: ambit-private or ambit-spiffe | {name: ambit-private, mountPath: /p}
          volumeMounts: ambit-trust is writable | {name: ambit-trust, mountPath: /p}
          """)
  void v7ItSeesNeitherKeyNorIdentity(String field, String mount) throws IOException {
    debug("restricted", "{securityContext: {runAsUser: 7}, volumeMounts: [" + mount + "]}")
        .deniedBy("v07-ephemeral", field);
  }

  @Test
  void v7ItDoesNotEnterTheProxysProcesses() throws IOException {
    var harmless = "{securityContext: {runAsUser: 7}}";
    debug("restricted", harmless, "--target=ambit-proxy")
        .deniedBy("v07-ephemeral", "targetContainerName");
    debug("restricted", harmless, "--target=agent").permitted();
  }

  private Tried debug(String profile, String custom, String... options) throws IOException {
    var file = Files.writeString(folder.resolve("custom.yaml"), custom);
    var words =
        Stream.concat(
            Stream.of(
                "debug", "agent", "--image=debug:1", "--profile=" + profile, "--custom=" + file),
            Stream.of(options));
    return pods.kubectl(words.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"exec", "attach"})
  void v8AndA188NobodyEntersTheProxy(String verb) {
    var rest = verb.equals("exec") ? new String[] {"--", "ls"} : new String[0];
    pods.kubectl(words(verb, "ambit-proxy", rest)).deniedBy("v08-exec", "container: the proxy");
    pods.kubectl(words(verb, "ambit-redirect", rest)).deniedBy("v08-exec", "container: the proxy");
    assertThat(pods.kubectl(words(verb, "agent", rest)).refusal()).contains(ADMITTED);
    var glass =
        new String[] {"--as=joe", "--as-group=ambit-break-glass", "--as-group=system:masters"};
    assertThat(pods.kubectl(words(verb, "ambit-proxy", join(glass, rest))).refusal())
        .contains(ADMITTED);
  }

  @Test
  void v8NobodyForwardsAPortIntoThePod() {
    pods.kubectl("get", "--raw", forward("running-pods", "agent"))
        .deniedBy("v08-exec", "portforward: into a pod of an enforced namespace");
    assertThat(ordinary.kubectl("get", "--raw", forward("ordinary-pods", "bare")).refusal())
        .contains(ADMITTED);
  }

  @Test
  void v9TheKeysOfAmbitStayAsThePodWasMadeByWhicheverDoor() {
    pods.kubectl("label", "pod", "agent", "ambit.dev/injected-")
        .deniedBy("v09-reserved", "metadata: ambit.dev/injected: changed");
    pods.kubectl("annotate", "pod", "agent", "ambit.dev/receipt=forged", "--overwrite")
        .deniedBy("v09-reserved", "metadata: ambit.dev/receipt: changed");
    pods.kubectl(
            "patch",
            "pod",
            "agent",
            "--subresource=status",
            "-p",
            "{\"metadata\":{\"labels\":{\"ambit.dev/injected\":null}}}")
        .deniedBy("v09-reserved", "metadata: ambit.dev/injected: changed");
    pods.kubectl("label", "pod", "agent", "team=blue").permitted();
    pods.kubectl(
            "patch",
            "pod",
            "agent",
            "--subresource=status",
            "-p",
            "{\"status\":{\"message\":\"seen\"}}")
        .permitted();
  }

  @Test
  void v9TheControlPlaneWritesReceiptsAndNothingElse() {
    var controlPlane = "--as=system:serviceaccount:ambit-system:ambit-control-plane";
    pods.kubectl("annotate", "pod", "agent", "ambit.dev/receipt=01M8", controlPlane).permitted();
    pods.kubectl("label", "pod", "agent", "ambit.dev/injected-", controlPlane)
        .deniedBy("v09-reserved", "metadata: ambit.dev/injected: changed");
  }

  private static String forward(String namespace, String pod) {
    return "/api/v1/namespaces/" + namespace + "/pods/" + pod + "/portforward?ports=15002";
  }

  private static String[] words(String verb, String container, String... rest) {
    return join(new String[] {verb, "agent", "-c", container}, rest);
  }

  private static String[] join(String[] first, String... rest) {
    return Stream.concat(Arrays.stream(first), Arrays.stream(rest)).toArray(String[]::new);
  }
}
