package dev.ambit.control;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.testing.OwnProcess;
import dev.ambit.control.testing.Plane;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The program as a process of its own.
class ControlPlaneMainTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Pattern READY =
      Pattern.compile(
          "ready: (\\S+) proxies=(\\d+) workloads=(\\d+) people=(\\d+) admin=(\\d+)\\s*");

  private final Map<String, String> settings = new HashMap<>();
  private Path folder;
  private Path resources;
  private DevelopmentAuthority authority;
  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    // Short, for the socket in it.
    folder = Files.createTempDirectory("cm");
    resources = Files.createDirectories(folder.resolve("resources"));
    Files.writeString(resources.resolve("all.yaml"), Plane.RESOURCES);
    authority = DevelopmentAuthority.start("example.org");
    authority.serve(folder.resolve("s"), Plane.CONTROL);
    for (var port : List.of("PROXY", "WORKLOAD", "PEOPLE", "ADMIN")) {
      settings.put(port + "_LISTEN", "127.0.0.1:0");
    }
    settings.put("SPIFFE_SOCKET", folder.resolve("s").toString());
    settings.put("DATABASE", folder.resolve("a.db").toString());
    settings.put("RESOURCES", resources.toString());
    settings.put("KEYS_DIR", folder.resolve("keys").toString());
    settings.put("ACCESS_DIR", folder.resolve("access").toString());
  }

  @AfterEach
  void stop() throws Exception {
    for (var process : started) {
      process.destroyForcibly().waitFor();
    }
    authority.close();
    try (var files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(ControlPlaneMainTest::delete);
    }
  }

  @Test
  void opensItsFourPortsAndTellsThem() throws Exception {
    var ready = ready();
    assertThat(ready.group(1)).isEqualTo(Plane.CONTROL);
    assertThat(folder.resolve("access/proxy")).hasContent("127.0.0.1:" + ready.group(2) + "\n");
    assertThat(folder.resolve("access/server")).hasContent("127.0.0.1:" + ready.group(4) + "\n");
    assertThat(admin(ready, "/readyz").body()).isEqualTo("ready\n");
    assertThat(out().lines()).hasSize(1);
  }

  @Test
  void endsSoonAfterSigtermAndStartsAgainOnTheSameFiles() throws Exception {
    var _ = ready();
    var before = System.nanoTime();
    started.getLast().destroy();
    assertThat(started.getLast().waitFor(20, TimeUnit.SECONDS)).isTrue();
    var took = Duration.ofNanos(System.nanoTime() - before);
    assertThat(took).as(err()).isLessThan(Duration.ofMillis(2_500));
    assertThat(started.getLast().exitValue()).isEqualTo(128 + 15);
    assertThat(err()).doesNotContain("Exception");
    assertThat(ready().group(1)).isEqualTo(Plane.CONTROL);
  }

  @Test
  void refusesABrokenSetWithFileLineAndKey() throws Exception {
    var broken = Files.writeString(resources.resolve("bad.yaml"), "kind: Nonsense\nspecs: {}\n");
    assertThat(exit()).isEqualTo(64);
    assertThat(err().lines())
        .isNotEmpty()
        .allMatch(line -> line.matches(Pattern.quote(broken.toString()) + ":\\d+: \\S+: .*"));
    assertThat(out()).isEmpty();
    assertThat(folder.resolve("a.db")).doesNotExist();
  }

  @Test
  void keepsTheOldSetWhileTheFolderIsBroken() throws Exception {
    var ready = ready();
    Files.writeString(resources.resolve("bad.yaml"), "kind: Nonsense\n");
    Plane.until("stale", () -> metrics(ready).contains("\nambit_resources_stale 1.0"));
    Plane.until("logged", () -> err().contains("bad.yaml:1: kind: "));
    assertThat(err()).contains("resources: broken set refused");
    assertThat(admin(ready, "/readyz").statusCode()).isEqualTo(200);
    Files.delete(resources.resolve("bad.yaml"));
    Plane.until("fresh", () -> metrics(ready).contains("\nambit_resources_stale 0.0"));
  }

  @Test
  void namesEverySettingThatIsWrong() throws Exception {
    settings.put("LEASE", "1h");
    settings.put("LEASES", "1s");
    settings.remove("KEYS_DIR");
    assertThat(exit()).isEqualTo(64);
    assertThat(err())
        .isEqualTo(
            """
            AMBIT_CONTROL_LEASES: unknown (expected: a variable of --help)
            AMBIT_CONTROL_KEYS_DIR: not set (expected: path, required)
            AMBIT_CONTROL_LEASE: 1h (expected: 1s to 30s)
            """);
  }

  @Test
  void saysThatItGetsNoIdentity() throws Exception {
    settings.put("SPIFFE_SOCKET", folder.resolve("none").toString());
    settings.put("SPIFFE_PATIENCE", "1s");
    assertThat(exit()).isEqualTo(69);
    oneSentence("none");
  }

  @Test
  void saysWhichPortIsTaken() throws Exception {
    for (var port : List.of("PROXY", "PEOPLE")) {
      try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        settings.put(port + "_LISTEN", "127.0.0.1:" + taken.getLocalPort());
        assertThat(exit()).isEqualTo(71);
        oneSentence(
            "AMBIT_CONTROL_"
                + port
                + "_LISTEN: cannot listen on 127.0.0.1:"
                + taken.getLocalPort()
                + ", ");
        settings.put(port + "_LISTEN", "127.0.0.1:0");
      }
    }
  }

  @Test
  void saysWhichFileCannotBeUsed() throws Exception {
    Files.writeString(
        folder.resolve("a.db"), "no database, but a text of some length\n".repeat(99));
    assertThat(exit()).isEqualTo(71);
    oneSentence("database: cannot use " + folder.resolve("a.db"));
    Files.delete(folder.resolve("a.db"));
    var keys = Files.createDirectories(folder.resolve("keys"));
    var key = Files.writeString(keys.resolve("vault.key"), "short");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    assertThat(exit()).isEqualTo(71);
    oneSentence("key: " + key + ": 5 bytes (expected: 32)");
    Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(exit()).isEqualTo(71);
    oneSentence("is open to others (expected: mode 0600)");
  }

  @Test
  void helpsAndTakesNoArguments() throws Exception {
    assertThat(begin("--help").waitFor()).isZero();
    assertThat(out()).contains("AMBIT_CONTROL_LEASE", "Exit codes:");
    assertThat(begin("--port", "1").waitFor()).isEqualTo(64);
    assertThat(err()).contains("Usage:");
  }

  private void oneSentence(String part) throws IOException {
    assertThat(err().lines().filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\dT.*")))
        .as(err())
        .singleElement()
        .asString()
        .contains(part);
  }

  private int exit() throws Exception {
    assertThat(begin().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return started.getLast().exitValue();
  }

  private MatchResult ready() throws Exception {
    var process = begin();
    Plane.until("ready", () -> !process.isAlive() || out().contains("\n"));
    var matcher = READY.matcher(out());
    assertThat(matcher.matches()).as(out() + err()).isTrue();
    return matcher.toMatchResult();
  }

  private Process begin(String... arguments) throws IOException {
    started.add(OwnProcess.of(folder, "AMBIT_CONTROL_", settings, arguments).start());
    return started.getLast();
  }

  private String out() {
    return text("out");
  }

  private String err() {
    return text("err");
  }

  private String text(String name) {
    try {
      var file = folder.resolve(name);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static String metrics(MatchResult ready) {
    try {
      return admin(ready, "/metrics").body();
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  private static HttpResponse<String> admin(MatchResult ready, String path)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ready.group(5) + path)).build(),
          HttpResponse.BodyHandlers.ofString());
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
