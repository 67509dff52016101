package dev.ambit.control.kubernetes;

import dev.ambit.spiffe.identity.SpiffeIds;
import io.fabric8.kubernetes.api.model.Pod;

/// Who the proxy of a pod must be.
///
/// @param pattern a SPIFFE ID with `{namespace}` and `{service_account}` in it
public record AgentId(String pattern) {
  private static final String NAMESPACE = "{namespace}";
  private static final String SERVICE_ACCOUNT = "{service_account}";

  /// The usual pattern.
  public static AgentId of(String trustDomain) {
    return new AgentId("spiffe://" + trustDomain + "/ns/" + NAMESPACE + "/sa/" + SERVICE_ACCOUNT);
  }

  public AgentId {
    if (!pattern.contains(NAMESPACE) || !pattern.contains(SERVICE_ACCOUNT)) {
      throw new IllegalArgumentException(
          "agent id: " + pattern + " (expected: one with {namespace} and {service_account})");
    }
    var _ = SpiffeIds.check(fill(pattern, "namespace", "account"));
  }

  /// The identity of this pod's proxy.
  String of(Pod pod) {
    var account = pod.getSpec().getServiceAccountName();
    return fill(pattern, pod.getMetadata().getNamespace(), account == null ? "default" : account);
  }

  private static String fill(String pattern, String namespace, String account) {
    return pattern.replace(NAMESPACE, namespace).replace(SERVICE_ACCOUNT, account);
  }
}
