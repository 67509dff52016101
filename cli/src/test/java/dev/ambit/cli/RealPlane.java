package dev.ambit.cli;

import dev.ambit.control.ControlPlane;
import dev.ambit.control.config.Settings;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A real control plane on loopback, and whoever types at it with its access folder.
final class RealPlane implements AutoCloseable {
  static final String AGENT = "spiffe://example.org/agent";

  private static final String RESOURCES =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: api }
      spec: { hosts: [api.example.org], ports: [443], protocol: https }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: solo }
      spec:
        parameters:
          item: { pattern: "[0-9]{1,9}" }
        openers: [bootstrap]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        sharing: by-handle
        limits: { ttl: 10m, maxTtl: 1h, calls: 5 }
        suspendOn: [case_state]
        grants:
          - { name: read, target: api, methods: [GET], paths: ["/v1/items/{item}"] }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: foreign }
      spec:
        openers: ["spiffe://example.org/orchestrator"]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        limits: { ttl: 10m, maxTtl: 1h }
        grants:
          - { name: read, target: api, methods: [GET], paths: ["/v1/items"] }
      """;

  final Path folder;
  final Path resources;
  final Path access;
  private final DevelopmentAuthority authority;
  private final ControlPlane running;

  RealPlane() throws Exception {
    // Short, for the socket in it.
    folder = Files.createTempDirectory("rp");
    resources = Files.createDirectories(folder.resolve("resources"));
    access = folder.resolve("access");
    Files.writeString(resources.resolve("all.yaml"), RESOURCES);
    authority = DevelopmentAuthority.start("example.org");
    authority.serve(folder.resolve("s"), "spiffe://example.org/control");
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    running =
        ControlPlane.start(
            new Settings(
                any,
                any,
                any,
                any,
                folder.resolve("s"),
                folder.resolve("a.db"),
                resources,
                folder.resolve("keys"),
                Optional.of(access),
                Optional.empty(),
                Duration.ofSeconds(2),
                Duration.ZERO,
                List.of(),
                Duration.ofSeconds(60),
                Optional.empty()),
            InstantSource.system(),
            System::nanoTime);
  }

  /// Types a command as who can read the access folder.
  Typed type(String... words) {
    return typeWith(access, words);
  }

  /// Types a command with another access folder.
  Typed typeWith(Path other, String... words) {
    return Typed.typeAt(folder, Map.of("AMBIT_ACCESS", other.toString()), words);
  }

  /// Opens a session and returns its id.
  String open() {
    var opened =
        type("session", "open", "-t", "solo", "-w", AGENT, "-p", "item=7", "-o", "yaml").out();
    return opened
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("id: "))
        .findFirst()
        .map(line -> line.substring(4).strip())
        .orElseThrow(() -> new AssertionError(opened));
  }

  /// A copy of the access folder with one file of other content.
  Path accessWith(String file, String content) throws IOException {
    var other = Files.createTempDirectory(folder, "access");
    for (var name : List.of("server", "id", "bundle.pem", "token", "proxy")) {
      Files.copy(access.resolve(name), other.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(other.resolve(file), content);
    return other;
  }

  @Override
  public void close() throws IOException {
    running.close();
    authority.close();
    try (var files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(RealPlane::delete);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
