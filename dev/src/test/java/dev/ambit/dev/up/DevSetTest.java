package dev.ambit.dev.up;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ambit.dev.Typed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The embedded set for one's own resources, agents and upstreams.
class DevSetTest {
  @TempDir private Path home;
  @TempDir private Path resources;
  private HttpServer upstream;

  @BeforeEach
  void start() throws IOException {
    upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    upstream.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var body = "my own upstream\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    upstream.start();
    Files.writeString(
        resources.resolve("notes.yaml"),
        """
        apiVersion: ambit.dev/v1
        kind: Target
        metadata: { name: notes }
        spec: { hosts: [notes.test], ports: [PORT], protocol: http }
        ---
        apiVersion: ambit.dev/v1
        kind: SessionTemplate
        metadata: { name: read-notes }
        spec:
          openers: [bootstrap]
          workloads: ["spiffe://demo.test/agent"]
          binding: identity
          sharing: exclusive
          limits: { ttl: 10m, maxTtl: 1h, idle: 5m, calls: 50 }
          grants:
            - { name: read, target: notes, methods: [GET], paths: ["/notes/**"] }
        """
            .replace("PORT", Integer.toString(upstream.getAddress().getPort())));
  }

  @AfterEach
  void stop() {
    upstream.stop(0);
    Typed.type(home, "dev", "down");
  }

  @Test
  void runsAnUnmodifiedCommandOnMyOwnUpstreamUntilItIsTakenDown() throws IOException {
    var up = Typed.type(home, "dev", "up", "--resources", resources.toString());
    assertThat(up.exit()).as(up.err()).isZero();
    assertThat(up.out()).startsWith("FOR DEVELOPMENT ONLY");
    assertThat(Typed.type(home, "dev", "status").out())
        .contains("proxy", "control-plane", "running");

    var out = home.resolve("out");
    var run = run("read-notes", "http://notes.test:" + port() + "/notes/1", out);
    assertThat(Files.readString(out)).isEqualTo("200 my own upstream");
    assertThat(run.exit()).as(run.err()).isEqualTo(7);
    assertThat(run.err())
        .contains("closed (completed): 1 call permitted, 0 denied", "no credential");

    run("read-notes", "http://notes.test:" + port() + "/private", out);
    assertThat(Files.readString(out)).startsWith("403 ").contains("path_not_granted");
    assertThat(Typed.type(home, "session", "list", "-o", "json").out()).contains("\"CLOSED\"");

    var second = Typed.type(home, "dev", "up", "--resources", resources.toString());
    assertThat(second.exit()).isEqualTo(64);
    assertThat(second.err()).contains("a set is running already (up, ");

    assertThat(Typed.type(home, "dev", "down").err()).contains("ended 3 processes");
    assertThat(Typed.type(home, "dev", "status").exit()).isEqualTo(3);
    assertThat(Typed.type(home, "session", "list").exit()).isEqualTo(64);
  }

  @Test
  void refusesResourcesWithAMistakeBeforeAnythingStarts() throws IOException {
    Files.writeString(resources.resolve("more.yaml"), "kind: Nonsense\n");
    var up = Typed.type(home, "dev", "up", "--resources", resources.toString());
    assertThat(up.exit()).isEqualTo(64);
    assertThat(up.err()).contains("more.yaml:1").doesNotContain("\tat ");
    assertThat(Typed.type(home, "dev", "status").exit()).isEqualTo(3);
  }

  @Test
  void saysThatThereIsNoSuchFolder() {
    var up = Typed.type(home, "dev", "up", "--resources", "nowhere");
    assertThat(up.exit()).isEqualTo(3);
    assertThat(up.err())
        .isEqualTo("ambit: --resources: nowhere is no folder (expected: one with *.yaml)\n");
  }

  /// A client in a process of its own that knows nothing but its environment.
  private Typed run(String template, String url, Path out) {
    return Typed.type(
        home,
        "session",
        "run",
        "--template",
        template,
        "--",
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        Fetch.class.getName(),
        url,
        out.toString());
  }

  private int port() {
    return upstream.getAddress().getPort();
  }
}
