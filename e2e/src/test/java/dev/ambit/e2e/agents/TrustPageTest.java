package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.print.Json;
import dev.ambit.e2e.clients.Tools;
import dev.ambit.e2e.set.Ran;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which client trusts by what it is told, tried with the clients of these tests by `ambit trust
/// test`; and the page that says so.
class TrustPageTest {
  private static final Path PAGE = Path.of("../docs/trust.md");
  private static final String ANEW =
      "mvn verify -pl e2e -am -Dtest=TrustPageTest -Dsurefire.failIfNoSpecifiedTests=false"
          + " -Dambit.write.docs=true";

  /// Of the clients that `ambit trust test` knows those that every machine of these tests has.
  private static final List<String> CLIENTS =
      List.of(
          "curl",
          "wget",
          "openssl",
          "git",
          "Python urllib",
          "Python requests",
          "Python httpx",
          "Node",
          "Node --use-openssl-ca",
          "Go net/http",
          "Java");

  /// What was said of one client.
  private record Line(String client, String variables, String directories) {
    static Line of(Map<?, ?> said) {
      return new Line(
          String.valueOf(said.get("client")),
          String.valueOf(said.get("environment")),
          String.valueOf(said.get("directory")));
    }
  }

  @Test
  void everyClientTrustsInOneWayAtLeastAsThePageSays() throws Exception {
    var ran = Ran.run(Map.of("PATH", Tools.path()), Ran.ambit("trust", "test", "--output", "json"));
    assertThat(ran.exit()).as(ran.err() + ran.out()).isZero();
    var answers =
        lines(ran.out()).stream().filter(line -> CLIENTS.contains(line.client())).toList();
    assertThat(answers).extracting(Line::client).isEqualTo(CLIENTS);
    assertThat(answers)
        .allSatisfy(
            line -> assertThat(List.of(line.variables(), line.directories())).contains("yes"));
    var table =
        answers.stream()
            .map(line -> row(line.client(), line.variables(), line.directories()))
            .collect(Collectors.joining());
    var page = BEFORE.replace("TABLE\n", table).replace("VARIABLES\n", variables());
    if (Boolean.getBoolean("ambit.write.docs")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).as("written anew with: " + ANEW).isEqualTo(page);
  }

  @Test
  void isRedWhereAClientTrustsInNoWay(@TempDir Path folder) throws Exception {
    var curl = Files.writeString(folder.resolve("curl"), "#!/bin/sh\nexit 60\n");
    Files.setPosixFilePermissions(curl, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (var tool : List.of("unshare", "sh", "mount", "true")) {
      Files.createSymbolicLink(folder.resolve(tool), Path.of("/usr/bin", tool));
    }
    var ran =
        Ran.run(Map.of("PATH", folder.toString()), Ran.ambit("trust", "test", "--output", "json"));
    assertThat(ran.exit()).as(ran.err() + ran.out()).isEqualTo(1);
    assertThat(lines(ran.out())).contains(new Line("curl", "no", "no"));
  }

  private static List<Line> lines(String json) {
    var tree = (Map<?, ?>) Json.read(json.getBytes(StandardCharsets.UTF_8)).orElseThrow();
    var clients = (List<?>) Objects.requireNonNull(tree.get("clients"));
    return clients.stream().map(said -> Line.of((Map<?, ?>) said)).toList();
  }

  private static String variables() {
    var all = TrustVariables.of(new TrustFolder(Path.of("/run/ambit-trust")), "");
    return new TreeMap<>(all)
        .entrySet().stream()
            .map(variable -> row("`" + variable.getKey() + "`", "`" + variable.getValue() + "`"))
            .collect(Collectors.joining());
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |\n";
  }

  private static final String BEFORE =
      """
      # Trust

      An agent's clients must trust the pod's own authority beside the public ones, without being changed. Before it listens, the proxy writes whom to trust to
      the folder `AMBIT_PROXY_TRUST_DIR`, in every form that ordinary clients look for:

      | file | what it holds |
      |---|---|
      | `ca.pem` | the pod's authority, and those of `AMBIT_PROXY_EXTRA_ROOTS`, for clients that add them to their own |
      | `etc/ssl/certs/ca-certificates.crt` | all authorities in one file; the same as `etc/ssl/cert.pem`, `etc/ssl/ca-bundle.pem`, `etc/pki/tls/certs/ca-bundle.crt` and `etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem` |
      | `etc/ssl/certs/HASH.N` | a link per authority, to a file of it alone, where OpenSSL looks: HASH is that of its subject |
      | `etc/ssl/certs/java/cacerts` | all authorities as a store for Java, PKCS #12 without a password |

      All authorities are the public ones of the proxy's machine or image, those of `AMBIT_PROXY_EXTRA_ROOTS`, and the pod's. The proxy's key for the latter is in `AMBIT_PROXY_PRIVATE_DIR`,
      readable for the proxy alone; keep that folder in memory, as long as the pod lives and no longer. A proxy that is started again goes on with it, and leaves untouched what agents have read.

      A client finds the folder in one of two ways; give it both. By variables, which `ambit trust env --folder DIR` prints and `ambit session run` sets; and by directories: mounts of what is below `etc` in
      place of the system's own, which also serve a client whose environment was cleared.

      ## Who trusts by what

      What `ambit trust test` says of the clients of the whole-system tests, on Debian 12 with Node 24. It says it of the clients of any machine. Each has its defaults, and must not trust another authority with the same name.

      | client | by the variables | by the directories |
      |---|---|---|
      TABLE

      No way reaches a client that pins certificates or brings its own authorities and reads no variable. Those see a certificate of the pod's authority and refuse, as they should.

      ## The variables

      | variable | value, where the folder is `/run/ambit-trust` |
      |---|---|
      VARIABLES

      `JAVA_TOOL_OPTIONS` is appended to what is there. A variable that was set already is replaced.

      This page is made by a test, which fails when it says anything else.
      """;
}
