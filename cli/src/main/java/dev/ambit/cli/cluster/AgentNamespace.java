package dev.ambit.cli.cluster;

import java.util.List;
import java.util.stream.Collectors;

/// What makes a namespace one of agents, as YAML for `kubectl apply`: the label that has its pods
/// injected and validated, NetworkPolicies for both directions, and the account that opens
/// sessions.
///
/// @param explicit no redirect: clients are told of the proxy, and nothing in the pod captures
///   others
/// @param csi sockets of SPIRE come by its CSI driver, not by a hostPath
/// @param upstreams ranges that proxies may reach, besides the control plane
/// @param ports of those
/// @param metrics namespace that reads the proxies' metrics; empty: nobody does
/// @param group that may ask for tokens of the account; empty: whoever the cluster lets
record AgentNamespace(
    String name,
    Release release,
    boolean explicit,
    boolean csi,
    List<String> upstreams,
    List<Integer> ports,
    String metrics,
    String group) {
  private static final String WHOLE =
      """
      apiVersion: v1
      kind: Namespace
      metadata:
        name: NAME
        labels:
          ambit.dev/injection: enforced
          # LEVEL-WHY
          pod-security.kubernetes.io/enforce: LEVEL
      ---
      # Who can dial in is a way out: nobody can. The kubelet's probes are not meant by NetworkPolicies.
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: ambit-ingress
        namespace: NAME
      spec:
        podSelector: {}
        policyTypes: [Ingress]INGRESS
      ---
      # EGRESS-WHY
      apiVersion: networking.k8s.io/v1
      kind: NetworkPolicy
      metadata:
        name: ambit-egress
        namespace: NAME
      spec:
        podSelector: {}
        policyTypes: [Egress]
        egress:
          - to:
              - namespaceSelector:
                  matchLabels: { kubernetes.io/metadata.name: kube-system }
            ports:
              - { port: 53, protocol: UDP }
              - { port: 53, protocol: TCP }
          - to:
              - namespaceSelector:
                  matchLabels: { kubernetes.io/metadata.name: RELEASE-NAMESPACE }
                podSelector:
                  matchLabels: { app.kubernetes.io/instance: RELEASE, app.kubernetes.io/component: control-plane }
            ports:
              - { port: 9443, protocol: TCP }
          - to:UPSTREAMS
            ports:PORTS
      ---
      # Opens sessions, as kubernetes:NAME:ambit-opener in a template's openers. It may do nothing in the cluster.
      apiVersion: v1
      kind: ServiceAccount
      metadata:
        name: ambit-opener
        namespace: NAME
      automountServiceAccountToken: false
      ---
      # Whoever may ask for tokens of it opens sessions: ambit session open --service-account NAME:ambit-opener ...
      apiVersion: rbac.authorization.k8s.io/v1
      kind: Role
      metadata:
        name: ambit-opener
        namespace: NAME
      rules:
        - apiGroups: [""]
          resources: [serviceaccounts/token]
          resourceNames: [ambit-opener]
          verbs: [create]
      """;

  private static final String BINDING =
      """
      ---
      apiVersion: rbac.authorization.k8s.io/v1
      kind: RoleBinding
      metadata:
        name: ambit-opener
        namespace: NAME
      roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ambit-opener }
      subjects:
        - { apiGroup: rbac.authorization.k8s.io, kind: Group, name: "GROUP" }
      """;

  private static final String METRICS =
      """
      ingress:
        - from:
            - namespaceSelector:
                matchLabels: { kubernetes.io/metadata.name: METRICS }
          ports:
            - { port: 15090, protocol: TCP }\
      """;

  String yaml() {
    return (group.isEmpty() ? WHOLE : WHOLE + BINDING)
        .replace("LEVEL-WHY", levelWhy())
        .replace("LEVEL", restricted() ? "restricted" : "privileged")
        .replace(
            "INGRESS",
            metrics.isEmpty()
                ? ""
                : "\n" + METRICS.replace("METRICS", metrics).indent(2).stripTrailing())
        .replace("EGRESS-WHY", egressWhy())
        .replace("UPSTREAMS", upstreams.stream().map(this::upstream).collect(Collectors.joining()))
        .replace(
            "PORTS",
            ports.stream()
                .map(port -> "\n        - { port: " + port + ", protocol: TCP }")
                .collect(Collectors.joining()))
        .replace("RELEASE-NAMESPACE", release.namespace())
        .replace("RELEASE", release.name())
        .replace("NAME", name)
        // Last, for nothing forbids capitals in it.
        .replace("GROUP", group);
  }

  /// Only what needs neither a capability nor a hostPath is restricted.
  private boolean restricted() {
    return explicit && csi;
  }

  private String levelWhy() {
    if (restricted()) {
      return "Nothing that is injected needs more.";
    }
    return explicit
        ? "The socket of SPIRE comes by a hostPath; V1 to V9 hold all other pods back."
        : "The redirect needs NET_ADMIN for a moment; V1 to V9 hold all other containers back.";
  }

  private String egressWhy() {
    return explicit
        ? "Explicit mode: nothing else holds clients that ignore the proxy, which carry no credential."
        : "The second layer: in the pod the kernel lets nobody out but the proxy. A policy cannot tell them apart.";
  }

  /// Addresses of the link are those of the node and of the cloud's metadata.
  private String upstream(String range) {
    return switch (range) {
      case "0.0.0.0/0" -> "\n        - ipBlock: { cidr: 0.0.0.0/0, except: [169.254.0.0/16] }";
      case "::/0" -> "\n        - ipBlock: { cidr: \"::/0\", except: [\"fe80::/10\"] }";
      default -> "\n        - ipBlock: { cidr: \"" + range + "\" }";
    };
  }
}
