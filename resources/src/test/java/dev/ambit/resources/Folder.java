package dev.ambit.resources;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// A folder of resources to read: a good set, to which a test does one thing wrong.
final class Folder {
  /// A certificate authority made for these tests; its key was thrown away.
  static final String PEM =
      """
      -----BEGIN CERTIFICATE-----
      MIIBljCCATugAwIBAgIUHUEaxvPBkxZy6YkxlEhG7Vx6CrgwCgYIKoZIzj0EAwIw
      HzEdMBsGA1UEAwwUQW1iaXQgdGVzdCBhdXRob3JpdHkwIBcNMjYxMTIyMDQzODQ0
      WhgPMjEyNjEwMjkwNDM4NDRaMB8xHTAbBgNVBAMMFEFtYml0IHRlc3QgYXV0aG9y
      aXR5MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAELK+wZaOt4fsRM2EAIwLfJS0P
      W5QtznA2ZihsVNQBVML16PqDfhA3VblAqcGxYFae16m193tWZkSGD1pgysOwC6NT
      MFEwHQYDVR0OBBYEFAGTQ/m0X2K5z2throDdpXRU4FzQMB8GA1UdIwQYMBaAFAGT
      Q/m0X2K5z2throDdpXRU4FzQMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
      SQAwRgIhAP+fD5/UT/y9CiWR+1w+WQhZ5jjjJak8k+7Ewa8mnKz1AiEAt1MRct9y
      x+QmqNaCZXabm2zc2aWSMb8QtFiQsAtcRZ8=
      -----END CERTIFICATE-----
      """;

  static final String TARGETS =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: items-api }
      spec:
        hosts: [api.example.com, "*.eu.example.com"]
        ports: [443]
        protocol: https
        addresses: { allowPrivate: true }
        tls: { roots: { bundle: { file: upstream-ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: plain-api }
      spec:
        hosts: [plain.example.com]
        protocol: http
      """;

  static final String PROVIDER =
      """
      apiVersion: ambit.dev/v1
      kind: CredentialProvider
      metadata: { name: tickets-oauth }
      spec:
        oauth:
          tokenEndpoint: https://issuer.example.com/token
          revocationEndpoint: https://issuer.example.com/revoke
          introspectionEndpoint: https://issuer.example.com/introspect
          roots: { file: upstream-ca.pem }
          client: { id: ambit, secret: { file: client.secret } }
          verifier: { id: ambit-verifier, secret: { file: client.secret } }
          scopes: ["items:read", "items:write"]
          resource: ["https://api.example.com"]
          lifetimeMax: 5m
          propagationBound: 10s
      """;

  static final String TEMPLATE =
      """
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: ticket }
      spec:
        parameters:
          owner: { pattern: "[A-Za-z0-9-]{1,39}" }
          mode: { pattern: "read|write|admin" }
        openers: ["spiffe://example.org/ns/flows/sa/*", bootstrap]
        workloads: ["spiffe://example.org/ns/agents/sa/coder*"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 2h, idle: 10m, calls: 500 }
        grants:
          - name: read
            target: items-api
            methods: [GET, HEAD]
            paths: ["/owners/{owner}", "/owners/{owner}/items/{id}"]
            budget: { calls: 3 }
            credential: { provider: tickets-oauth, lifetime: session, narrow: { scopes: ["items:${mode}"] } }
          - name: ping
            target: plain-api
            methods: [GET]
            paths: ["/ping"]
        deny:
          - { target: items-api, paths: ["/owners/{owner}/secrets/**"] }
      """;

  static final String POLICY =
      """
      apiVersion: ambit.dev/v1
      kind: Policy
      spec: { maxTtl: 8h, neverTargets: ["*.payments.example.com"] }
      """;

  private final Path path;

  Folder(Path path) {
    this.path = path;
    write("upstream-ca.pem", PEM);
    write("client.secret", "not a secret");
    write("10-targets.yaml", TARGETS);
    write("20-provider.yaml", PROVIDER);
    write("30-template.yaml", TEMPLATE);
    write("40-policy.yml", POLICY);
  }

  Folder write(String file, String text) {
    try {
      Files.writeString(path.resolve(file), text);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Folder delete(String file) {
    try {
      Files.delete(path.resolve(file));
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The set, which must be whole.
  ResourceSet set() {
    return switch (ResourceReader.read(path)) {
      case Reading.Whole(ResourceSet set) -> set;
      case Reading.Broken(List<Finding> findings) -> throw new AssertionError(findings.toString());
    };
  }

  /// What is wrong with it, each as `file:line: key: message` with the bare name of the file.
  List<String> findings() {
    return switch (ResourceReader.read(path)) {
      case Reading.Whole _ -> List.of();
      case Reading.Broken(List<Finding> findings) ->
          findings.stream().map(finding -> finding.toString().replace(path + "/", "")).toList();
    };
  }
}
