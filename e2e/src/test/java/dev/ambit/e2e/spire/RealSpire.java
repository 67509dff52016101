package dev.ambit.e2e.spire;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.Ran;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.testkit.Await;
import java.io.Closeable;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A real SPIRE on this machine: a server with SQLite, an agent that joined by token and attests
/// workloads by their user. Keys are on disk, so an agent that was killed can be started again.
public final class RealSpire implements Closeable {
  public static final String TRUST_DOMAIN = "acme.test";
  private static final String NODE = "spiffe://" + TRUST_DOMAIN + "/node";
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int PORT_TRIES = 3;

  private final Path binaries;
  private final Path folder;
  private @Nullable Program server;
  private @Nullable Program agent;

  private RealSpire(Path binaries, Path folder) {
    this.binaries = binaries;
    this.folder = folder;
  }

  /// Starts server and agent and waits until both are healthy. The entries are there before the
  /// agent is, so it knows them from the start.
  ///
  /// @param folder to keep everything in; every user can enter it, and its path is short
  public static RealSpire start(Path folder, List<SpireEntry> entries)
      throws IOException, InterruptedException {
    var spire = new RealSpire(binaries(), folder);
    var whole = false;
    try {
      spire.startServer();
      entries.forEach(spire::create);
      spire.join();
      whole = true;
      return spire;
    } finally {
      if (!whole) {
        spire.close();
      }
    }
  }

  /// Where the binaries are; on a machine that has none yet they are built first, in ten minutes.
  private static Path binaries() throws IOException, InterruptedException {
    var build =
        new ProcessBuilder(Programs.tree().resolve("e2e/spire/spire-build").toString())
            .redirectError(Redirect.INHERIT)
            .start();
    var folder = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (build.waitFor() != 0) {
      throw new IOException("spire-build: failed (expected: it prints where SPIRE is)");
    }
    return Path.of(folder);
  }

  /// The Workload API.
  public Path socket() {
    return folder.resolve("agent.sock");
  }

  /// Registers a workload. The agent learns of it within five seconds.
  void create(SpireEntry entry) {
    var life = Long.toString(entry.life().toSeconds());
    server(
            "entry",
            "create",
            "-parentID",
            NODE,
            "-spiffeID",
            entry.spiffeId(),
            "-selector",
            "unix:uid:" + entry.user().uid(),
            "-x509SVIDTTL",
            life,
            "-jwtSVIDTTL",
            life)
        .done();
  }

  /// Asks the agent for something as a user would, with the agent's own command line.
  public Ran ask(User user, String... words) throws IOException {
    // The tools' cache may lie in a folder that only its owner enters.
    var tool = folder.resolve("spire-agent");
    if (!Files.exists(tool)) {
      Files.copy(binaries.resolve("spire-agent"), tool);
    }
    var command = new ArrayList<>(List.of(tool.toString(), "api"));
    command.addAll(List.of(words));
    command.addAll(List.of("-socketPath", socket().toString()));
    return user.run(command);
  }

  /// The trust domain's keys as a bundle endpoint serves them (SPIFFE Federation 4.2).
  public String bundle() {
    return server("bundle", "show", "-format", "spiffe").done();
  }

  /// Says something to the server about its X.509 authorities, as `spire-server localauthority
  /// x509`.
  ///
  /// @return its answer, JSON
  String localAuthority(String... words) {
    var command = new ArrayList<>(List.of("localauthority", "x509"));
    command.addAll(List.of(words));
    command.addAll(List.of("-output", "json"));
    return server(command.toArray(String[]::new)).done();
  }

  /// The agents that the server knows, JSON.
  String agents() {
    return server("agent", "list", "-output", "json").done();
  }

  /// Ends the agent as `kill -9` does; its socket's name stays behind.
  void killAgent() {
    if (agent != null) {
      agent.kill();
    }
  }

  /// Starts the agent if it was killed, which remembers who it is, and waits until it is healthy.
  void startAgentAgain() {
    if (agent == null || !agent.runs()) {
      startAgent("agent-again", List.of());
    }
  }

  @Override
  public void close() {
    if (agent != null) {
      agent.close();
    }
    if (server != null) {
      server.close();
    }
  }

  /// Another program may take the port between our choice and the server's bind.
  private void startServer() throws IOException {
    for (var tries = 1; server == null; tries++) {
      var port = freePort();
      Files.createDirectories(folder.resolve("server"));
      Files.writeString(folder.resolve("server.conf"), serverConfiguration(port));
      Files.writeString(folder.resolve("agent.conf"), agentConfiguration(port));
      var started =
          User.ROOT.start(
              "spire-server-" + tries,
              folder,
              List.of(
                  binaries.resolve("spire-server").toString(),
                  "run",
                  "-config",
                  folder.resolve("server.conf").toString()));
      Await.until(
          "spire-server is healthy",
          PATIENCE,
          () -> !started.runs() || server("healthcheck").exit() == 0);
      if (started.runs()) {
        server = started;
      } else if (tries == PORT_TRIES) {
        throw new IOException("spire-server: ended: " + started.log() + started.out());
      }
    }
  }

  private void join() throws IOException {
    Files.createDirectories(folder.resolve("agent"));
    Files.writeString(
        folder.resolve("bundle.pem"), server("bundle", "show", "-format", "pem").done());
    var token = server("token", "generate", "-spiffeID", NODE, "-output", "json").done();
    startAgent("agent", List.of("-joinToken", text(token, "value")));
  }

  private void startAgent(String name, List<String> more) {
    var command =
        new ArrayList<>(
            List.of(
                binaries.resolve("spire-agent").toString(),
                "run",
                "-config",
                folder.resolve("agent.conf").toString()));
    command.addAll(more);
    var started = User.ROOT.start("spire-" + name, folder, command);
    agent = started;
    Await.until(
        "spire-agent is healthy",
        PATIENCE,
        () -> {
          if (!started.runs()) {
            throw new AssertionError("spire-agent: ended: " + started.log() + started.out());
          }
          return User.ROOT
                  .run(
                      binaries.resolve("spire-agent").toString(),
                      "healthcheck",
                      "-socketPath",
                      socket().toString())
                  .exit()
              == 0;
        });
  }

  private Ran server(String... words) {
    var command = new ArrayList<>(List.of(binaries.resolve("spire-server").toString()));
    command.addAll(List.of(words));
    command.addAll(List.of("-socketPath", folder.resolve("server.sock").toString()));
    return User.ROOT.run(command);
  }

  private static int freePort() throws IOException {
    try (var probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static String text(String json, String name) {
    return Json.read(json.getBytes(StandardCharsets.UTF_8)).orElse("") instanceof Map<?, ?> facts
        ? String.valueOf(facts.get(name))
        : "";
  }

  private String serverConfiguration(int port) {
    return """
    server {
      bind_address = "127.0.0.1"
      bind_port = "PORT"
      socket_path = "DIR/server.sock"
      trust_domain = "DOMAIN"
      data_dir = "DIR/server"
      log_level = "INFO"
      ca_ttl = "24h"
      jwt_issuer = "https://spire.acme.test"
    }
    plugins {
      DataStore "sql" {
        plugin_data {
          database_type = "sqlite3"
          connection_string = "DIR/server/entries.sqlite3"
        }
      }
      NodeAttestor "join_token" { plugin_data {} }
      KeyManager "disk" { plugin_data { keys_path = "DIR/server/keys.json" } }
    }
    """
        .replace("PORT", Integer.toString(port))
        .replace("DOMAIN", TRUST_DOMAIN)
        .replace("DIR", folder.toString());
  }

  private String agentConfiguration(int port) {
    return """
    agent {
      data_dir = "DIR/agent"
      log_level = "INFO"
      server_address = "127.0.0.1"
      server_port = "PORT"
      socket_path = "DIR/agent.sock"
      trust_bundle_path = "DIR/bundle.pem"
      trust_domain = "DOMAIN"
    }
    plugins {
      NodeAttestor "join_token" { plugin_data {} }
      KeyManager "disk" { plugin_data { directory = "DIR/agent" } }
      WorkloadAttestor "unix" { plugin_data {} }
    }
    """
        .replace("PORT", Integer.toString(port))
        .replace("DOMAIN", TRUST_DOMAIN)
        .replace("DIR", folder.toString());
  }
}
