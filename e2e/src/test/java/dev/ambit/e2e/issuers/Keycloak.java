package dev.ambit.e2e.issuers;

import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.e2e.spire.RealSpire;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A real Keycloak with the realm of the tests, which knows the control plane by its SPIFFE ID.
final class Keycloak implements Closeable {
  private static final String ADMINISTRATOR = "admin";
  private static final Duration STARTED_MAX = Duration.ofMinutes(5);

  private final Program program;
  private final String base;
  private final Server server;

  private Keycloak(Program program, String base, Server server) {
    this.program = program;
    this.base = base;
    this.server = server;
  }

  /// Starts it in a folder of its own and waits until it serves.
  ///
  /// @param bundle where it reads whose JWT-SVIDs to believe
  static Keycloak start(Path folder, Authority authority, String bundle)
      throws IOException, InterruptedException {
    var distribution = Tools.make("keycloak-build");
    var certificate = authority.server("keycloak");
    // A home of its own, for its data; everything else is the distribution's.
    for (var part : List.of("lib", "conf", "providers", "themes")) {
      Files.createSymbolicLink(folder.resolve(part), distribution.resolve(part));
    }
    Files.createDirectories(folder.resolve("data").resolve("import"));
    Files.writeString(
        folder.resolve("data").resolve("import").resolve("acme-realm.json"),
        Files.readString(Programs.tree().resolve("e2e/issuers/acme-realm.json"))
            .replace("TRUST_DOMAIN", "spiffe://" + RealSpire.TRUST_DOMAIN)
            .replace("BUNDLE_ENDPOINT", bundle)
            .replace("CONTROL_PLANE", IssuingPlane.CONTROL_PLANE));
    var port = freePort();
    var base = "https://localhost:" + port;
    var program =
        User.ROOT
            .with("KC_BOOTSTRAP_ADMIN_USERNAME", ADMINISTRATOR)
            .with("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMINISTRATOR)
            .start(
                "keycloak",
                folder,
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    // Bounded: it shares the machine with the tests.
                    "-Xms64m",
                    "-Xmx512m",
                    "-XX:MaxMetaspaceSize=256m",
                    "-XX:+UseSerialGC",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                    "--add-opens=java.base/java.security=ALL-UNNAMED",
                    "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
                        + "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
                    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                    "-Dkc.home.dir=" + folder,
                    "-Djboss.server.config.dir=" + folder.resolve("conf"),
                    "-cp",
                    folder.resolve("lib/quarkus-run.jar").toString(),
                    "io.quarkus.bootstrap.runner.QuarkusEntryPoint",
                    "start",
                    "--optimized",
                    "--import-realm",
                    "--cache=local",
                    "--http-enabled=false",
                    "--http-host=127.0.0.1",
                    "--https-port=" + port,
                    "--https-certificate-file=" + certificate.certificate(),
                    "--https-certificate-key-file=" + certificate.key(),
                    "--truststore-paths=" + authority.roots(),
                    "--hostname=" + base));
    var realm = base + "/realms/acme/protocol/openid-connect";
    var started =
        new Keycloak(
            program,
            base,
            new Server(
                URI.create(realm + "/token"),
                URI.create(realm + "/revoke"),
                URI.create(realm + "/token/introspect"),
                authority.roots()));
    program.awaitOut("Listening on: https", STARTED_MAX);
    return started;
  }

  /// Its endpoints, for whoever is not Ambit.
  Server server() {
    return server;
  }

  /// What `aud` of an assertion must be.
  String issuer() {
    return base + "/realms/acme";
  }

  URI keys() {
    return URI.create(issuer() + "/protocol/openid-connect/certs");
  }

  /// Stops the process where it stands, or lets it go on.
  void signal(String name) throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(program.pid())).start();
    if (kill.waitFor() != 0) {
      throw new IOException("kill -" + name + ": failed");
    }
  }

  /// Switches a client off or on, as an administrator does.
  void enable(String client, boolean enabled) {
    var login =
        server.send(
            HttpRequest.newBuilder(
                    URI.create(base + "/realms/master/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "grant_type=password&client_id=admin-cli&username="
                            + ADMINISTRATOR
                            + "&password="
                            + ADMINISTRATOR)));
    var bearer = "Bearer " + login.text("access_token");
    var clients = base + "/admin/realms/acme/clients";
    var found =
        server.send(
            HttpRequest.newBuilder(URI.create(clients + "?clientId=" + client))
                .header("Authorization", bearer));
    var id = found.body().replaceFirst("(?s).*?\"id\":\"([^\"]+)\".*", "$1");
    var changed =
        server.send(
            HttpRequest.newBuilder(URI.create(clients + "/" + id))
                .header("Authorization", bearer)
                .header("Content-Type", "application/json")
                .PUT(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"clientId\":\"" + client + "\",\"enabled\":" + enabled + "}")));
    if (changed.status() != 204) {
      throw new AssertionError("client " + client + ": " + changed + " (expected: changed)");
    }
  }

  @Override
  public void close() {
    program.close();
  }

  private static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
