package dev.ambit.e2e.issuers;

import java.util.List;

/// The resources of these tests: one target, a provider for each way to ask, a grant for each
/// provider.
final class IssuerResources {
  private IssuerResources() {}

  /// A provider that a grant of the same name uses.
  ///
  /// @param lines of `spec.oauth`, beside the endpoints, each indented by four
  /// @param scope what the grant asks for
  record Wish(String name, String lines, String scope) {}

  static String yaml(Server server, List<Wish> wishes) {
    var yaml = new StringBuilder(TARGET);
    for (var wish : wishes) {
      yaml.append(
          PROVIDER
              .replace("NAME", wish.name())
              .replace("TOKEN", server.token().toString())
              .replace("REVOKE", server.revocation().toString())
              .replace("INTROSPECT", server.introspection().toString())
              .replace("LINES\n", wish.lines()));
    }
    yaml.append(TEMPLATE);
    for (var wish : wishes) {
      yaml.append(GRANT.replace("NAME", wish.name()).replace("SCOPE", wish.scope()));
    }
    return yaml.toString();
  }

  private static final String TARGET =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: api }
      spec: { hosts: [api.acme.test], protocol: https }
      """;

  private static final String PROVIDER =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: CredentialProvider
      metadata: { name: NAME }
      spec:
        oauth:
          tokenEndpoint: TOKEN
          revocationEndpoint: REVOKE
          introspectionEndpoint: INTROSPECT
          roots: { file: ca.pem }
          lifetimeMax: 5m
          propagationBound: 1s
      LINES
      """;

  private static final String TEMPLATE =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: work }
      spec:
        openers: [bootstrap]
        workloads: ["spiffe://acme.test/agents/reporter"]
        binding: identity
        sharing: by-handle
        limits: { ttl: 30m }
        grants:
      """;

  private static final String GRANT =
      """
          - name: NAME
            target: api
            methods: [GET]
            paths: ["/NAME"]
            credential: { provider: NAME, lifetime: session, narrow: { scopes: ["SCOPE"] } }
      """;
}
