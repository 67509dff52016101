package dev.ambit.dev.demo;

import dev.ambit.dev.set.EmbeddedSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The demo's own targets, providers and templates, as a platform team would write them.
final class DemoResources {
  static final String HOST = "api.demo.test";
  static final String TEMPLATE = "weekly-report";
  static final String LYING_TEMPLATE = "report-of-a-lying-issuer";
  static final int POSTS = 3;

  private DemoResources() {}

  /// Writes them to a folder, beside the files they name.
  static void write(Path folder, int upstreamPort, int issuerPort) throws IOException {
    Files.writeString(folder.resolve("10-target.yaml"), target(upstreamPort));
    Files.writeString(
        folder.resolve("20-providers.yaml"),
        provider("honest-issuer", "ambit", issuerPort)
            + "---\n"
            + provider("lying-issuer", "ambit-lied-to", issuerPort));
    Files.writeString(folder.resolve("30-templates.yaml"), templates());
  }

  private static String target(int port) {
    return """
    apiVersion: ambit.dev/v1
    kind: Target
    metadata: { name: demo-api }
    spec:
      hosts: [HOST]
      ports: [PORT]
      protocol: https
      tls: { roots: { bundle: { file: ca.pem } } }
    """
        .replace("HOST", HOST)
        .replace("PORT", Integer.toString(port));
  }

  private static String provider(String name, String client, int port) {
    return """
    apiVersion: ambit.dev/v1
    kind: CredentialProvider
    metadata: { name: NAME }
    spec:
      oauth:
        tokenEndpoint: https://localhost:PORT/token
        revocationEndpoint: https://localhost:PORT/revoke
        introspectionEndpoint: https://localhost:PORT/introspect
        roots: { file: ca.pem }
        client: { id: CLIENT, secret: { file: CLIENT.secret } }
        verifier: { id: ambit-verifier, secret: { file: ambit-verifier.secret } }
        scopes: ["items:read", "items:write"]
        lifetimeMax: 10m
        propagationBound: 1s
    """
        .replace("NAME", name)
        .replace("CLIENT", client)
        .replace("PORT", Integer.toString(port));
  }

  private static String templates() {
    return """
    apiVersion: ambit.dev/v1
    kind: SessionTemplate
    metadata: { name: TEMPLATE }
    spec:
      parameters:
        week: { pattern: "[0-9]{1,2}" }
      openers: [bootstrap]
      workloads: ["AGENT"]
      binding: identity
      sharing: exclusive
      limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 100 }
      grants:
        - name: read-items
          target: demo-api
          methods: [GET]
          paths: ["/v1/items", "/v1/items/{id}", "/v1/stream", "/v1/download"]
          credential: { provider: honest-issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
        - name: post-items
          target: demo-api
          methods: [POST]
          paths: ["/v1/items", "/v1/upload"]
          budget: { calls: POSTS }
          credential: { provider: honest-issuer, lifetime: session, narrow: { scopes: ["items:write"] } }
    ---
    apiVersion: ambit.dev/v1
    kind: SessionTemplate
    metadata: { name: LYING }
    spec:
      openers: [bootstrap]
      workloads: ["AGENT"]
      binding: identity
      sharing: exclusive
      limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 100 }
      grants:
        - name: read-items
          target: demo-api
          methods: [GET]
          paths: ["/v1/items"]
          credential: { provider: lying-issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
    """
        .replace("TEMPLATE", TEMPLATE)
        .replace("LYING", LYING_TEMPLATE)
        .replace("AGENT", EmbeddedSet.AGENT)
        .replace("POSTS", Integer.toString(POSTS));
  }
}
