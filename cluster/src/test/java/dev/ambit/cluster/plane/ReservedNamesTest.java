package dev.ambit.cluster.plane;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
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

/// V9 and V10: names and labels that mean something to Ambit, wherever they are written.
@ExtendWith(OneApiServer.class)
@TestInstance(Lifecycle.PER_CLASS)
class ReservedNamesTest {
  private static final String EDITOR =
      """
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: { name: reserved-names-editor }
      rules:
        - apiGroups: [""]
          resources: [namespaces, namespaces/status, namespaces/finalize]
          verbs: [get, create, update, patch, delete]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRole
      metadata: { name: reserved-names-unenforcer }
      rules:
        - apiGroups: [ambit.dev]
          resources: [namespaces]
          resourceNames: [reserved-free]
          verbs: [unenforce]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: { name: reserved-names-editor }
      roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reserved-names-editor }
      subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: editors }]
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: ClusterRoleBinding
      metadata: { name: reserved-names-unenforcer }
      roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reserved-names-unenforcer }
      subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: User, name: ann }]
      """;
  private static final String LABEL = "metadata.labels[ambit.dev/injection]: removed";

  private final Release release;
  private final Pods enforced;
  private final Pods ordinary;

  @TempDir private Path folder;

  ReservedNamesTest(ApiServer api) throws IOException {
    release = Release.install(api).withoutWebhook();
    enforced = release.enforced("reserved-enforced");
    ordinary = release.ordinary("reserved-ordinary");
    var _ = api.apply(EDITOR).done();
  }

  @AfterAll
  void uninstall() {
    release.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          container name: ambit-redirect or ambit-proxy | /spec/containers/0/name=ambit-proxy
          spec.initContainers: ambit-redirect or ambit-proxy | /spec/initContainers=[{name: ambit-proxy, image: i}]
          spec.volumes: ambit-private, ambit-trust or ambit-spiffe | /spec/volumes=[{name: ambit-spiffe, emptyDir: {}}]
          metadata: ambit.dev/injected or ambit.dev/status | /metadata/labels/ambit.dev~1injected="true"
          metadata: ambit.dev/injected or ambit.dev/status | /metadata/annotations/ambit.dev~1status="{}"
          """)
  void v9WithoutInjectionNothingIsCalledLikeWhatIsInjected(String field, String change) {
    ordinary.tried(Pods.bare(change)).deniedBy("v09-reserved", field);
  }

  @Test
  void v9WithoutInjectionAnOrdinaryPodIsTaken() {
    ordinary.tried(Pods.bare("/metadata/labels/team=blue")).permitted();
    ordinary.tried(Pods.bare("/spec/hostNetwork=true")).permitted();
  }

  @Test
  void v9NobodyDebugsUnderTheProxysName() {
    ordinary.made(Pods.bare());
    ordinary
        .kubectl("debug", "bare", "--image=i", "--profile=restricted", "-c", "ambit-proxy")
        .deniedBy("v09-reserved", "container name: ambit-redirect or ambit-proxy");
    ordinary.kubectl("debug", "bare", "--image=i", "--profile=restricted", "-c", "d").permitted();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          metadata: ambit.dev/inject: unknown | /metadata/annotations/ambit.dev~1inject=never
          metadata: ambit.dev/skip: unknown | /metadata/labels/ambit.dev~1skip=yes
          metadata.annotations[ambit.dev/receipt]: present | /metadata/annotations/ambit.dev~1receipt=forged
          metadata.annotations[ambit.dev/exclude-outbound-ports]: present | /metadata/annotations/ambit.dev~1exclude-outbound-ports="443"
          """)
  void v9AndA188NoKeyLetsAPodOut(String field, String change) {
    enforced.tried(Pods.injected(change)).deniedBy("v09-reserved", field);
  }

  @Test
  void v10AndA188TheLabelStays() {
    as("joe", "label", "namespace", "reserved-enforced", "ambit.dev/injection-")
        .deniedBy("v10-label", LABEL);
    as("joe", "label", "namespace", "reserved-enforced", "ambit.dev/injection=no", "--overwrite")
        .deniedBy("v10-label", "metadata.labels[ambit.dev/injection]: not enforced");
  }

  @Test
  void v10TheLabelStaysByOtherDoorsToo() throws IOException {
    var removal = "{\"metadata\":{\"labels\":{\"ambit.dev/injection\":null}}}";
    as("joe", "patch", "namespace", "reserved-enforced", "--subresource=status", "-p", removal)
        .deniedBy("v10-label", LABEL);
    var bare =
        Files.writeString(
            folder.resolve("namespace.json"),
            """
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "reserved-enforced"},
             "spec": {"finalizers": ["kubernetes"]}}
            """);
    var door = "/api/v1/namespaces/reserved-enforced/finalize";
    as("joe", "replace", "--raw", door, "-f", bare.toString()).deniedBy("v10-label", LABEL);
  }

  @Test
  void v10AnEditorMayEditEverythingElse() {
    as("joe", "label", "namespace", "reserved-enforced", "team=blue", "--overwrite").permitted();
  }

  @Test
  void v10WhoMayUnenforceANamespaceMayUnenforceThatOneAlone() {
    var free = release.enforced("reserved-free");
    as("ann", "label", "namespace", "reserved-enforced", "ambit.dev/injection-")
        .deniedBy("v10-label", LABEL);
    as("joe", "label", "namespace", "reserved-free", "ambit.dev/injection-")
        .deniedBy("v10-label", LABEL);
    as("ann", "label", "namespace", "reserved-free", "ambit.dev/injection-").permitted();
    free.tried(Pods.bare()).permitted();
  }

  @Test
  void v10ALabelThatWouldEnforceNothingIsRefused() {
    as("joe", "label", "namespace", "reserved-ordinary", "ambit.dev/injection=enabled")
        .deniedBy("v10-label", "metadata.labels[ambit.dev/injection]: not enforced");
  }

  private Tried as(String user, String... words) {
    var command =
        Stream.concat(Arrays.stream(words), Stream.of("--as=" + user, "--as-group=editors"));
    return enforced.kubectl(command.toArray(String[]::new));
  }
}
