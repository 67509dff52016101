package dev.ambit.dev.demo;

import dev.ambit.dev.peers.Peers;
import dev.ambit.dev.set.EmbeddedSet;
import java.io.IOException;
import java.nio.file.Files;

/// The demo's own targets, providers and templates, as a platform team would write them.
final class DemoResources {
  static final String TEMPLATE = "weekly-report";
  static final String LYING_TEMPLATE = "report-of-a-lying-issuer";
  static final int POSTS = 3;

  private DemoResources() {}

  /// Writes them beside the files they name.
  static void write(Peers peers) throws IOException {
    var folder = peers.files();
    Files.writeString(folder.resolve("10-target.yaml"), peers.target("demo-api"));
    Files.writeString(
        folder.resolve("20-providers.yaml"),
        peers.provider("honest-issuer", Peers.CLIENT)
            + "---\n"
            + peers.provider("lying-issuer", Peers.LIED_TO));
    Files.writeString(folder.resolve("30-templates.yaml"), templates());
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
