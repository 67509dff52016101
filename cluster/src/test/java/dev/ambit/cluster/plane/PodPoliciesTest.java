package dev.ambit.cluster.plane;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// V1 to V6 judge new pods as the webhook leaves them: the proxy, and whatever stands beside it.
@ExtendWith(OneApiServer.class)
@TestInstance(Lifecycle.PER_CLASS)
class PodPoliciesTest {
  private final Release release;
  private final Pods pods;

  PodPoliciesTest(ApiServer api) {
    release = Release.install(api).withoutWebhook();
    pods = release.enforced("pod-policies");
  }

  @AfterAll
  void uninstall() {
    release.close();
  }

  @Test
  void aPodAsTheWebhookLeavesItIsTaken() {
    pods.tried(Pods.injected()).permitted();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/spec/containers/0/securityContext/runAsUser=0",
        "/spec/containers/0/securityContext/capabilities/add=[NET_BIND_SERVICE]",
        "/spec/securityContext={runAsUser: 3000, runAsGroup: 3000, fsGroup: 3000}",
        "/spec/initContainers/2={name: migrate, image: m, securityContext: {runAsUser: 7,"
            + " allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}",
        "/spec/initContainers/2={name: logs, image: l, restartPolicy: Always, securityContext:"
            + " {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}",
        "/spec/volumes/-={name: work, emptyDir: {}}",
        "/spec/volumes/-={name: settings, configMap: {name: s}}",
        "/spec/dnsConfig={searches: [a.test], options: [{name: ndots, value: '1'}]}",
        "/metadata/annotations/ambit.dev~1session-template=report",
        "/metadata/annotations/ambit.dev~1proxy-memory-limit=512Mi",
        "/metadata/labels/ambit.dev~1profile=default",
        "/spec/initContainers/1/resources/limits={memory: 512Mi, cpu: 1}",
        "/spec/initContainers/1/volumeMounts/-={name: kube-api-access-x, readOnly: true, mountPath:"
            + " /var/run/secrets/kubernetes.io/serviceaccount}",
      })
  void whatOrdinaryPodsSayIsTaken(String change) {
    var token = "/spec/volumes/-={name: kube-api-access-x, emptyDir: {}}";
    pods.tried(Pods.injected(token, change)).permitted();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spec.hostNetwork: true | /spec/hostNetwork=true
          spec.hostPID: true | /spec/hostPID=true
          spec.hostIPC: true | /spec/hostIPC=true
          spec.shareProcessNamespace: true | /spec/shareProcessNamespace=true
          spec.dnsConfig.nameservers: present | /spec/dnsConfig={nameservers: [198.51.100.53]}
          volume node: spec.volumes: hostPath | /spec/volumes/-={name: node, hostPath: {path: /}}
          volume ambit-spiffe: spec.volumes: hostPath | /spec/volumes/2/hostPath/path=/
          volume ambit-spiffe: spec.volumes: hostPath | /spec/volumes/2/hostPath/type=
          """)
  void v1AndA180NothingOfTheNode(String field, String change) {
    pods.tried(Pods.injected(change)).deniedBy("v01-host", field);
  }

  /// The API server itself allows it only to pods with users of their own.
  @Test
  void v1AndA180NoUnmaskedProc() {
    var users = "/spec/hostUsers=false";
    var proc = "/spec/containers/0/securityContext/procMount=Unmasked";
    pods.tried(Pods.injected(users, proc))
        .deniedBy("v01-host", "securityContext.procMount: Unmasked");
  }

  @Test
  void v2AndA188APodThatTheWebhookWasNotAskedAboutIsRefused() {
    pods.tried(Pods.bare()).deniedBy("v02-proxy", "spec.initContainers: no ambit-proxy");
  }

  @Test
  void v2AndA188TheMirrorOfAStaticPodIsRefused() {
    var mirror =
        Pods.bare(
            "/metadata/annotations/kubernetes.io~1config.mirror=x", "/spec/nodeName=somewhere");
    pods.tried(mirror).deniedBy("v02-proxy", "a static pod cannot run here");
  }

  @Test
  void v2AProxyWithoutItsRedirectionIsRefused() {
    pods.tried(
            Pods.injected(
                "/spec/initContainers/0/name=other",
                "/spec/initContainers/0/securityContext/runAsUser=7",
                "/spec/initContainers/0/securityContext/capabilities/add=[]"))
        .deniedBy("v02-proxy", "spec.initContainers: no ambit-redirect");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          container ambit-proxy: image | image=other:1
          container ambit-proxy: restartPolicy, command | command=[sleep]
          container ambit-proxy: restartPolicy, command | args=["@/ambit/launch/mine"]
          container ambit-proxy: restartPolicy, command | envFrom=[{configMapRef: {name: mine}}]
          container ambit-proxy: restartPolicy, command | lifecycle={preStop: {exec: {command: [a]}}}
          container ambit-proxy: restartPolicy, command | workingDir=/run/ambit/trust
          container ambit-proxy: restartPolicy, command | stdin=true
          container ambit-proxy: securityContext | securityContext/runAsUser=1000
          container ambit-proxy: securityContext | securityContext/runAsGroup=1000
          container ambit-proxy: securityContext | securityContext/readOnlyRootFilesystem=false
          container ambit-proxy: securityContext | securityContext/capabilities/add=[NET_ADMIN]
          container ambit-proxy: securityContext | securityContext/seccompProfile/type=Unconfined
          container ambit-proxy: startupProbe | startupProbe/httpGet/path=/livez
          container ambit-proxy: startupProbe | startupProbe/httpGet/host=198.51.100.7
          container ambit-proxy: startupProbe | readinessProbe={exec: {command: [a]}}
          container ambit-proxy: startupProbe | livenessProbe/httpGet/port=1
          container ambit-proxy: env: altered | env/1/value=evil.example:9443
          container ambit-proxy: env: altered | env/-={name: JAVA_TOOL_OPTIONS, value: -javaagent:a}
          container ambit-proxy: env: altered | env/0/name=AMBIT_PROXY_SPIFFE_SOCKE
          container ambit-proxy: env: altered | env/7={name: AMBIT_PROXY_POD_UID, value: other}
          container ambit-proxy: ports: altered | ports/0/hostPort=15090
          container ambit-proxy: ports: altered | ports/-={containerPort: 15002}
          container ambit-proxy: volumeMounts | volumeMounts/0/mountPath=/run/ambit/mine
          container ambit-proxy: volumeMounts | volumeMounts/2/readOnly=false
          container ambit-proxy: volumeMounts | volumeMounts/1/subPath=mine
          container ambit-proxy: volumeMounts | volumeMounts/-={name: ambit-trust, mountPath: /ambit}
          """)
  void v2TheProxyIsAsTheWebhookWritesIt(String field, String change) {
    pods.tried(Pods.injected("/spec/initContainers/1/" + change)).deniedBy("v02-proxy", field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          container ambit-redirect: image | image=other:1
          container ambit-redirect: args | args=[check]
          container ambit-redirect: args | command=[sh]
          container ambit-redirect: args | env=[{name: A, value: b}]
          container ambit-redirect: args | restartPolicy=Always
          container ambit-redirect: args | volumeMounts=[{name: ambit-trust, mountPath: /usr}]
          container ambit-redirect: securityContext | securityContext/runAsUser=0
          container ambit-redirect: securityContext | securityContext/capabilities/add=[]
          container ambit-redirect: securityContext | securityContext/capabilities/add=[NET_RAW]
          """)
  void v2SoIsTheRedirection(String field, String change) {
    pods.tried(Pods.injected("/spec/initContainers/0/" + change)).deniedBy("v02-proxy", field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          spec.volumes: ambit-private | /spec/volumes/0/emptyDir={}
          spec.volumes: ambit-private | /spec/volumes=[{name: ambit-private, emptyDir: {medium: Memory}}, {name: ambit-trust, configMap: {name: mine}}, {name: ambit-spiffe, hostPath: {path: /run/spire/agent-sockets, type: Directory}}]
          spec.volumes: ambit-private | /spec/volumes=[{name: ambit-private, emptyDir: {medium: Memory}}, {name: ambit-trust, emptyDir: {}}, {name: ambit-spiffe, emptyDir: {}}]
          metadata.labels[ambit.dev/injected] | /metadata/labels/ambit.dev~1injected="false"
          """)
  void v2SoAreItsVolumesAndItsLabel(String field, String change) {
    pods.tried(Pods.injected(change)).deniedBy("v02-proxy", field);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          container agent: securityContext.runAsUser, runAsGroup: 2112 | /spec/containers/0/securityContext/runAsUser=2112
          container agent: securityContext.runAsUser, runAsGroup: 2112 | /spec/containers/0/securityContext/runAsGroup=2112
          container agent: securityContext.runAsUser: absent | /spec/containers/0/securityContext={allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          container step: securityContext.runAsUser, runAsGroup: 2112 | /spec/initContainers/2={name: step, image: s, securityContext: {runAsUser: 2112, allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}}
          spec.securityContext.fsGroup, supplementalGroups: 2112 | /spec/securityContext={fsGroup: 2112}
          spec.securityContext.fsGroup, supplementalGroups: 2112 | /spec/securityContext={supplementalGroups: [7, 2112]}
          """)
  void v3AndA178NobodyElseIsTheProxysUser(String field, String change) {
    pods.tried(Pods.injected(change)).deniedBy("v03-user", field);
  }

  @Test
  void v3TheUserOfThePodIsThatOfItsContainers() {
    var silent =
        "/spec/containers/0/securityContext={allowPrivilegeEscalation: false, capabilities: {drop:"
            + " [ALL]}}";
    pods.tried(Pods.injected(silent, "/spec/securityContext={runAsUser: 1000}")).permitted();
    pods.tried(Pods.injected(silent, "/spec/securityContext={runAsUser: 2112}"))
        .deniedBy("v03-user", "container agent: securityContext.runAsUser, runAsGroup: 2112");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void v4NothingRunsAheadOfTheProxy(int place) {
    var ahead =
        "={name: ahead, image: a, securityContext: {runAsUser: 7, allowPrivilegeEscalation: false,"
            + " capabilities: {drop: [ALL]}}}";
    pods.tried(Pods.injected("/spec/initContainers/" + place + ahead))
        .deniedBy("v04-order", "spec.initContainers: another container ahead of Ambit's");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          container agent: securityContext.privileged: true | {runAsUser: 7, privileged: true, capabilities: {drop: [ALL]}}
          container agent: securityContext.allowPrivilegeEscalation: not false | {runAsUser: 7, capabilities: {drop: [ALL]}}
          container agent: securityContext.allowPrivilegeEscalation: not false | {runAsUser: 7, allowPrivilegeEscalation: true, capabilities: {drop: [ALL]}}
          container agent: securityContext.capabilities.drop: without ALL | {runAsUser: 7, allowPrivilegeEscalation: false}
          container agent: securityContext.capabilities.drop: without ALL | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [SETUID]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [SETUID]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [SETGID]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_ADMIN]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_RAW]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [BPF]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [SYS_PTRACE]}}
          container agent: securityContext.capabilities.add | {runAsUser: 7, allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE, CHOWN]}}
          """)
  void v5AndA179NoPrivilegeThatUndoesTheRedirection(String field, String context) {
    pods.tried(Pods.injected("/spec/containers/0/securityContext=" + context))
        .deniedBy("v05-privileges", field);
  }

  @Test
  void v5OrThatAContainerBeforeTheAgentHas() {
    var step =
        "/spec/initContainers/2={name: step, image: s, securityContext: {runAsUser: 7, privileged:"
            + " true, capabilities: {drop: [ALL]}}}";
    pods.tried(Pods.injected(step))
        .deniedBy("v05-privileges", "container step: securityContext.privileged: true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          container agent: volumeMounts: ambit-private or ambit-spiffe | /spec/containers/0/volumeMounts/-={name: ambit-private, mountPath: /p}
          container agent: volumeMounts: ambit-private or ambit-spiffe | /spec/containers/0/volumeMounts/-={name: ambit-spiffe, mountPath: /p, readOnly: true}
          container agent: volumeMounts: ambit-trust is writable | /spec/containers/0/volumeMounts/0/readOnly=false
          spec.volumes: csi.driver: the Workload API's | /spec/volumes/-={name: mine, csi: {driver: csi.spiffe.io, readOnly: true}}
          """)
  void v6KeyAndIdentityAreTheProxysAlone(String field, String change) {
    pods.tried(Pods.injected(change)).deniedBy("v06-mounts", field);
  }
}
