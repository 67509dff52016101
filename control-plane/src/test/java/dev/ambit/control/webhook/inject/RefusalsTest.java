package dev.ambit.control.webhook.inject;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.InjectionSettings.Mode;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/// What would make the proxy something to walk around is refused with the field and what to do.
class RefusalsTest {
  private final Injector injector = new Injector(Pods.settings(Mode.TRANSPARENT));

  @ParameterizedTest
  @CsvSource({"hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace"})
  void namespacesOfTheNodeOrOfThePod(String field) {
    assertThat(refused(pod -> pod.withObject("/spec").put(field, true)))
        .containsExactly(
            "spec."
                + field
                + ": true (expected: false or absent; remove it, for the proxy must stand between"
                + " the pod and all else)");
    assertThat(accepted(pod -> pod.withObject("/spec").put(field, false))).isTrue();
  }

  @Test
  void nameServersThatTheProxyWouldAskToo() {
    assertThat(
            refused(pod -> {
              var dns = pod.withObject("/spec").put("dnsPolicy", "None").withObject("/dnsConfig");
              dns.putArray("nameservers").add("198.51.100.53");
            }))
        .containsExactly(
            "spec.dnsConfig.nameservers: 198.51.100.53 (expected: none; remove them, for the proxy"
                + " would ask them, too; searches and options may stay)");
    assertThat(
            accepted(pod -> pod.withObject("/spec/dnsConfig").putArray("searches").add("a.test")))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          privileged               | true     | false or absent; remove it
          allowPrivilegeEscalation | true     | false or absent; remove it
          procMount                | Unmasked | Default or absent; remove it
          runAsUser                | 2112     | another: 2112 is the proxy's
          runAsGroup               | 2112     | another: 2112 is the proxy's
          """)
  void contrarySecurityOfAContainer(String field, String value, String expected) {
    assertThat(
            refused(pod -> {
              var security = pod.withObject("/spec/containers/0/securityContext");
              switch (value) {
                case "true" -> security.put(field, true);
                case "2112" -> security.put(field, 2112);
                default -> security.put(field, value);
              }
            }))
        .containsExactly(
            "spec.containers[app].securityContext."
                + field
                + ": "
                + value
                + " (expected: "
                + expected
                + ")");
  }

  @Test
  void capabilitiesThatLeadOut() {
    assertThat(
            refused(pod -> {
              var capabilities = pod.withObject("/spec/containers/0/securityContext/capabilities");
              capabilities.putArray("add").add("NET_BIND_SERVICE").add("SETUID").add("NET_ADMIN");
              capabilities.putArray("drop").add("NET_RAW");
            }))
        .containsExactly(
            "spec.containers[app].securityContext.capabilities.add: SETUID (expected: none, or"
                + " NET_BIND_SERVICE alone; remove it)",
            "spec.containers[app].securityContext.capabilities.add: NET_ADMIN (expected: none, or"
                + " NET_BIND_SERVICE alone; remove it)",
            "spec.containers[app].securityContext.capabilities.drop: [\"NET_RAW\"] (expected:"
                + " [\"ALL\"], or nothing, which becomes it)");
  }

  @Test
  void theProxysUserForAllContainers() {
    assertThat(
            refused(pod -> {
              var security = pod.withObject("/spec/securityContext");
              security.put("runAsUser", 2112).put("runAsGroup", 2112).put("fsGroup", 2112);
              security.putArray("supplementalGroups").add(1).add(2112);
            }))
        .hasSize(4)
        .allMatch(problem -> problem.endsWith(": 2112 (expected: another: 2112 is the proxy's)"));
  }

  @Test
  void reservedNamesInAPodThatWasNotInjected() {
    assertThat(
            refused(pod -> {
              pod.withArray("/spec/initContainers").addObject().put("name", "ambit-proxy");
              pod.withArray("/spec/containers").addObject().put("name", "ambit-redirect");
              pod.withArray("/spec/volumes").addObject().put("name", "ambit-trust");
            }))
        .containsExactly(
            "spec.containers: ambit-redirect (expected: another name: it is reserved)",
            "spec.initContainers: ambit-proxy (expected: another name: injection adds it by itself;"
                + " remove it)",
            "spec.volumes: ambit-trust (expected: another name: injection adds it by itself; remove"
                + " it)");
  }

  @Test
  void whatIsTheProxysAloneInAnotherContainer() {
    assertThat(
            refused(pod -> {
              var mounts = pod.withArray("/spec/containers/0/volumeMounts");
              mounts.addObject().put("name", "ambit-private").put("mountPath", "/a");
              mounts.addObject().put("name", "ambit-spiffe").put("mountPath", "/b");
              mounts.addObject().put("name", "ambit-trust").put("mountPath", "/c");
              mounts.addObject().put("name", "own").put("mountPath", "/run/ambit/trust/etc");
            }))
        .containsExactly(
            "spec.containers[app].volumeMounts[ambit-private]: ambit-private (expected: nothing: it"
                + " is the proxy's alone; remove it)",
            "spec.containers[app].volumeMounts[ambit-spiffe]: ambit-spiffe (expected: nothing: it"
                + " is the proxy's alone; remove it)",
            "spec.containers[app].volumeMounts[ambit-trust].readOnly: false (expected: true: only"
                + " the proxy writes there)",
            "spec.containers[app].volumeMounts[own].mountPath: /run/ambit/trust/etc (expected: a"
                + " place outside of /run/ambit/trust, where whom to trust is mounted)");
  }

  @Test
  void volumesThatLeadToTheNodeOrToAnIdentity() {
    assertThat(
            refused(pod -> {
              var volumes = pod.withArray("/spec/volumes");
              volumes.addObject().put("name", "h").putObject("hostPath").put("path", "/run");
              volumes.addObject().put("name", "s").putObject("csi").put("driver", "csi.spiffe.io");
            }))
        .containsExactly(
            "spec.volumes[h].hostPath: /run (expected: another kind of volume: files of the node"
                + " are a way around the proxy)",
            "spec.volumes[s].csi.driver: csi.spiffe.io (expected: nothing: identity is the"
                + " proxy's; remove it)");
  }

  @Test
  void meshesByName() {
    var remedy =
        " sidecar beside the proxy: both redirect the pod; turn its injection off for this pod or"
            + " namespace)";
    assertThat(
            refused(pod ->
                pod.withArray("/spec/initContainers").addObject().put("name", "istio-proxy")))
        .containsExactly("spec.initContainers: istio-proxy (expected: no Istio" + remedy);
    assertThat(
            refused(
                pod -> pod.withObject("/metadata/labels").put("sidecar.istio.io/inject", "true")))
        .containsExactly(
            "metadata.labels[sidecar.istio.io/inject]: true (expected: no Istio" + remedy);
    assertThat(
            refused(
                pod -> pod.withArray("/spec/containers").addObject().put("name", "linkerd-proxy")))
        .containsExactly("spec.containers: linkerd-proxy (expected: no Linkerd" + remedy);
    assertThat(
            refused(
                pod -> pod.withObject("/metadata/annotations").put("linkerd.io/inject", "enabled")))
        .containsExactly(
            "metadata.annotations[linkerd.io/inject]: enabled (expected: no Linkerd" + remedy);
    assertThat(
            accepted(
                pod -> pod.withObject("/metadata/labels").put("sidecar.istio.io/inject", "false")))
        .isTrue();
  }

  @Test
  void keysThatNobodyKnowsAndALabelThatWouldLeaveThePodOut() {
    assertThat(
            refused(pod -> {
              pod.withObject("/metadata/labels").put("ambit.dev/inject", "false");
              pod.withObject("/metadata/labels").put("ambit.dev/injected", "false");
              pod.withObject("/metadata/annotations").put("ambit.dev/proxy-memory", "1Gi");
            }))
        .hasSize(3)
        .anyMatch(problem ->
            problem.startsWith("metadata.labels[ambit.dev/inject]: unknown (expected: one of "))
        .anyMatch(problem ->
            problem.startsWith("metadata.labels[ambit.dev/injected]: false (expected: nothing: "))
        .anyMatch(problem ->
            problem.startsWith("metadata.annotations[ambit.dev/proxy-memory]: unknown "));
  }

  @Test
  void aProfileThatIsNone() {
    assertThat(refused(pod -> pod.withObject("/metadata/labels").put("ambit.dev/profile", "huge")))
        .containsExactly(
            "metadata.labels[ambit.dev/profile]: huge (expected: one of busy, default)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          proxy-memory-limit   | many   | a quantity above 0, such as 100m, 0.5 or 256Mi
          proxy-memory-limit   | 0      | a quantity above 0, such as 100m, 0.5 or 256Mi
          proxy-cpu-request    | -1     | a quantity above 0, such as 100m, 0.5 or 256Mi
          proxy-memory-limit   | 64Mi   | a request of at most the limit; the request would be 128Mi and the limit 64Mi
          proxy-memory-request | 1Gi    | a request of at most the limit; the request would be 1Gi and the limit 256Mi
          exclude-outbound-ports | 25   | nothing: allowOutboundExclusions is false; remove it
          """)
  void annotationsWithABadValue(String key, String value, String expected) {
    assertThat(
            refused(pod -> pod.withObject("/metadata/annotations").put("ambit.dev/" + key, value)))
        .containsExactly(
            "metadata.annotations[ambit.dev/"
                + key
                + "]: "
                + value
                + " (expected: "
                + expected
                + ")");
  }

  @Test
  void aPodOfAnotherSystem() {
    assertThat(refused(pod -> pod.withObject("/spec/os").put("name", "windows")))
        .containsExactly(
            "spec.os.name: windows (expected: linux; run it in a namespace without injection)");
  }

  @Test
  void everythingThatIsWrongAtOnceButNotWithoutEnd() {
    var problems =
        refused(pod -> {
          for (var i = 0; i < Problems.MAX + 5; i++) {
            pod.withObject("/metadata/annotations").put("ambit.dev/a" + i, "");
          }
        });
    assertThat(problems).hasSize(Problems.MAX + 1).last().isEqualTo("5 more");
  }

  @Test
  void nothingThatAPodSaysStandsInAMessageUnescapedOrWhole() {
    assertThat(
            refused(
                pod -> pod.withObject("/metadata/labels").put("ambit.dev/\n" + "x".repeat(99), "")))
        .singleElement()
        .asString()
        .startsWith("metadata.labels[ambit.dev/\\u000a" + "x".repeat(10))
        .contains("…]: unknown")
        .doesNotContain("\n");
  }

  private List<String> refused(Consumer<ObjectNode> change) {
    return injector.inject(Pods.plain(change)) instanceof Verdict.Refused(var problems)
        ? problems
        : List.of();
  }

  private boolean accepted(Consumer<ObjectNode> change) {
    return injector.inject(Pods.plain(change)) instanceof Verdict.Injected;
  }
}
