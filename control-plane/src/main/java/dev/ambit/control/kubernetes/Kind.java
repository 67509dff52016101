package dev.ambit.control.kubernetes;

import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;

/// The kinds of resources, as the cluster calls them.
enum Kind {
  TARGET("Target", "targets"),
  CREDENTIAL_PROVIDER("CredentialProvider", "credentialproviders"),
  SESSION_TEMPLATE("SessionTemplate", "sessiontemplates"),
  POLICY("Policy", "policies");

  static final String GROUP = "ambit.dev";
  static final String VERSION = "v1";

  private final String kind;
  private final String plural;

  Kind(String kind, String plural) {
    this.kind = kind;
    this.plural = plural;
  }

  String kind() {
    return kind;
  }

  ResourceDefinitionContext context() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(GROUP)
        .withVersion(VERSION)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(true)
        .build();
  }
}
