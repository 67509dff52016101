package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.print.Json;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Clients are told whom to trust by one list of variables, and are tried with it. Ordinary ones
/// are tried in the whole-system tests.
class TrustCommandsTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /// A client that verifies nothing.
  private static final String CARELESS =
      """
      import java.security.cert.X509Certificate;
      import javax.net.ssl.*;

      public class Careless {
        public static void main(String[] words) throws Exception {
          var context = SSLContext.getInstance("TLS");
          context.init(null, new TrustManager[] {new Anyone()}, null);
          HttpsURLConnection.setDefaultSSLSocketFactory(context.getSocketFactory());
          java.net.URI.create(words[0]).toURL().openStream().readAllBytes();
        }

        static class Anyone implements X509TrustManager {
          public void checkClientTrusted(X509Certificate[] chain, String type) {}
          public void checkServerTrusted(X509Certificate[] chain, String type) {}
          public X509Certificate[] getAcceptedIssuers() { return new X509Certificate[0]; }
        }
      }
      """;

  @TempDir private Path home;

  @Test
  void aShellThatReadsTheVariablesHasThem() throws Exception {
    var trust = published(home.resolve("it's a folder"));
    var typed =
        type(
            Map.of("JAVA_TOOL_OPTIONS", "-Dmine=1"),
            "trust",
            "env",
            "--folder",
            trust.path().toString());
    assertThat(typed.exit()).as(typed.err()).isZero();
    var process = new ProcessBuilder("sh", "-c", typed.out() + "env").start();
    process.getOutputStream().close();
    var seen = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    var expected = TrustVariables.of(trust, "-Dmine=1");
    assertThat(expected)
        .containsEntry("SSL_CERT_FILE", trust.path() + "/etc/ssl/certs/ca-certificates.crt")
        .containsEntry("SSL_CERT_DIR", trust.path() + "/etc/ssl/certs")
        .containsEntry("NODE_EXTRA_CA_CERTS", trust.path() + "/ca.pem")
        .doesNotContainKey("NODE_USE_SYSTEM_CA");
    expected.forEach((name, value) -> assertThat(seen.lines()).contains(name + "=" + value));
  }

  @Test
  void theJvmTakesItsOptionsAndReadsTheStoreAlsoWhereTheFolderHasSpaces() throws Exception {
    var trust = published(home.resolve("a folder"));
    var options = TrustVariables.of(trust, "").get("JAVA_TOOL_OPTIONS");
    var builder =
        new ProcessBuilder(JAVA.toString(), "-XshowSettings:properties", "-version")
            .redirectErrorStream(true);
    builder.environment().put("JAVA_TOOL_OPTIONS", Objects.requireNonNull(options));
    var process = builder.start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said)
        .contains("javax.net.ssl.trustStore = " + trust.javaStore())
        .contains("javax.net.ssl.trustStoreType = PKCS12");
  }

  @Test
  void addsToItsJavaOptionsOnce() throws IOException {
    var trust = published(home.resolve("trust"));
    var once = Objects.requireNonNull(TrustVariables.of(trust, "-Da=b").get("JAVA_TOOL_OPTIONS"));
    assertThat(once).startsWith("-Da=b ");
    assertThat(TrustVariables.of(trust, once)).containsEntry("JAVA_TOOL_OPTIONS", once);
  }

  @Test
  void printsTheSameAsJson() throws IOException {
    var trust = published(home.resolve("trust"));
    var typed = type(Map.of(), "trust", "env", "--folder", trust.path().toString(), "-o", "json");
    assertThat(Json.read(typed.out().getBytes(StandardCharsets.UTF_8)))
        .contains(TrustVariables.of(trust, ""));
  }

  @Test
  void refusesAFolderThatNoProxyHasWritten() {
    var typed = type(Map.of(), "trust", "env", "--folder", home.toString());
    assertThat(typed.exit()).isEqualTo(3);
    assertThat(typed.out()).isEmpty();
    assertThat(typed.err()).contains("--folder: " + home.resolve("ca.pem"), "expected: ");
  }

  @Test
  void saysWhoTrustsWhoIsNotThereAndWhatCannotBeTried() throws IOException {
    var path = program("java", "exec " + JAVA + " \"$@\"");
    var typed = type(Map.of("PATH", path.toString()), "trust", "test", "-o", "json");
    assertThat(typed.err()).contains("ambit: directory: not tried (expected: ");
    assertThat(answers(typed, 0))
        .containsEntry("Java", List.of("yes", "not tried"))
        .containsEntry("wget", List.of("not there", "not there"));
  }

  @Test
  void isRedWhereAClientTrustsAnyone() throws IOException {
    var careless = Files.writeString(home.resolve("Careless.java"), CARELESS);
    var path = program("curl", "exec " + JAVA + " " + careless + " \"$4\"");
    var typed = type(Map.of("PATH", path.toString()), "trust", "test");
    assertThat(typed.exit()).as(typed.toString()).isEqualTo(1);
    assertThat(typed.out())
        .containsPattern("^CLIENT +ENVIRONMENT +DIRECTORY\n")
        .containsPattern("\ncurl +trusts anyone +not tried\n")
        .endsWith("red: clients without trust, or that trust anyone: 1\n");
  }

  @Test
  void leavesNothingBehind() throws IOException {
    var path = program("curl", "printf %s \"$SSL_CERT_FILE\" > \"${0%/*}/seen\"");
    type(Map.of("PATH", path.toString()), "trust", "test");
    var seen = Path.of(Files.readString(path.resolve("seen")));
    assertThat(seen.isAbsolute()).isTrue();
    assertThat(seen).doesNotExist();
  }

  private static Map<String, List<String>> answers(Typed typed, int exit) {
    assertThat(typed.exit()).as(typed.toString()).isEqualTo(exit);
    var tree = (Map<?, ?>) Json.read(typed.out().getBytes(StandardCharsets.UTF_8)).orElseThrow();
    return ((List<?>) Objects.requireNonNull(tree.get("clients")))
        .stream()
            .map(line -> (Map<?, ?>) line)
            .collect(
                Collectors.toMap(
                    line -> String.valueOf(line.get("client")),
                    line ->
                        List.of(
                            String.valueOf(line.get("environment")),
                            String.valueOf(line.get("directory")))));
  }

  /// A folder with one program.
  private Path program(String name, String script) throws IOException {
    var folder = Files.createDirectories(home.resolve("bin"));
    var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }

  private static TrustFolder published(Path path) throws IOException {
    var trust = new TrustFolder(path);
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofHours(1));
    trust.publish(List.of(), List.of(CertificateAuthority.create("test", validity).certificate()));
    return trust;
  }

  /// By the clock of the clients.
  private Typed type(Map<String, String> environment, String... words) {
    var out = new StringWriter();
    var err = new StringWriter();
    var shell =
        new Shell(
            new PrintWriter(out, true),
            new PrintWriter(err, true),
            false,
            false,
            environment,
            home,
            InstantSource.system());
    var line =
        AmbitMain.commandLine(
            shell,
            _ -> {
              throw new AssertionError("no proxy is started by this command");
            });
    return new Typed(line.execute(words), out.toString(), err.toString());
  }
}
