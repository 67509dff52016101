package dev.ambit.e2e.spire;

/// What the platform team of the site has written down.
public final class SiteResources {
  static final int POSTS = 2;

  private SiteResources() {}

  /// Everything in one file.
  public static String yaml(String address, int upstreamPort, int issuerPort) {
    return YAML.replace("ADDRESS", address)
        .replace("API_PORT", Integer.toString(upstreamPort))
        .replace("ISSUER_PORT", Integer.toString(issuerPort))
        .replace("REPORTER", Site.REPORTER)
        .replace("DEVELOPER", Site.DEVELOPER)
        .replace("POSTS", Integer.toString(POSTS));
  }

  /// The second target has the same private address, and nobody allowed that.
  private static final String YAML =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: api }
      spec:
        hosts: [api.acme.test]
        ports: [API_PORT]
        protocol: https
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: intranet }
      spec:
        hosts: [intranet.acme.test]
        ports: [API_PORT]
        protocol: https
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: CredentialProvider
      metadata: { name: issuer }
      spec:
        oauth:
          tokenEndpoint: https://issuer.acme.test:ISSUER_PORT/token
          revocationEndpoint: https://issuer.acme.test:ISSUER_PORT/revoke
          introspectionEndpoint: https://issuer.acme.test:ISSUER_PORT/introspect
          roots: { file: ca.pem }
          client: { id: ambit, secret: { file: ambit.secret } }
          verifier: { id: verifier, secret: { file: verifier.secret } }
          scopes: ["items:read", "items:write"]
          lifetimeMax: 10m
          propagationBound: 1s
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: report }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 100 }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items", "/v1/items/{id}"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
          - name: write
            target: api
            methods: [POST]
            paths: ["/v1/items"]
            budget: { calls: POSTS }
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:write"] } }
          - name: intranet
            target: intranet
            methods: [GET]
            paths: ["/v1/items"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: shared }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: by-handle
        limits: { ttl: 10m, maxTtl: 1h, idle: 5m, calls: 10 }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: patrol }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000000 }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items"]
            budget: { calls: 1000000 }
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: desk }
      spec:
        openers: [bootstrap]
        workloads: ["DEVELOPER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 10m, maxTtl: 1h, idle: 5m, calls: 10 }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items"]
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
      """;
}
