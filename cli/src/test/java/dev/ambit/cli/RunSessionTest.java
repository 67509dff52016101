package dev.ambit.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.run.LocalProxy;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.spiffe.anchors.TrustFolder;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A command, its session and its proxy, from opening to receipt.
class RunSessionTest {
  private static final String ID = "01JZ8YQ5V7N3K2M4P6R8T0W1X3";
  private static final String AGENT = "spiffe://demo.test/agent";

  @TempDir private Path folder;
  private FakeControlPlane controlPlane;
  private final FakeProxy proxy = new FakeProxy();

  @BeforeEach
  void start() throws IOException {
    controlPlane = new FakeControlPlane();
    controlPlane.session =
        Session.newBuilder()
            .setId(ID)
            .setVersion(3)
            .setState(SessionState.SESSION_STATE_CLOSED)
            .build();
    controlPlane.changes = List.of(controlPlane.session);
  }

  @AfterEach
  void stop() {
    controlPlane.close();
  }

  @Test
  void passesTheExitCodeOnAndClosesTheSession() {
    var typed = run("sh", "-c", "exit 7");
    assertThat(typed.exit()).as(typed.err()).isEqualTo(7);
    assertThat(controlPlane.opened.getWorkload().getSpiffeId()).isEqualTo(AGENT);
    assertThat(controlPlane.closed.getSessionId()).isEqualTo(ID);
    assertThat(controlPlane.closed.getReason()).isEqualTo(CloseReason.CLOSE_REASON_COMPLETED);
    assertThat(proxy.closed).isTrue();
    assertThat(typed.out()).isEmpty();
  }

  @Test
  void pointsTheCommandsClientsAndTheirTrustAtTheProxy() throws IOException {
    var seen = folder.resolve("seen");
    run("sh", "-c", "env > " + seen);
    assertThat(Files.readString(seen).lines())
        .contains(
            "HTTPS_PROXY=http://127.0.0.1:15002",
            "https_proxy=http://127.0.0.1:15002",
            "ALL_PROXY=http://127.0.0.1:15002",
            "NO_PROXY=",
            "no_proxy=",
            "SSL_CERT_FILE=" + proxy.trust().bundle(),
            "REQUESTS_CA_BUNDLE=" + proxy.trust().bundle(),
            "CURL_CA_BUNDLE=" + proxy.trust().bundle(),
            "NODE_EXTRA_CA_CERTS=" + proxy.trust().own(),
            "AMBIT_SESSION=" + ID)
        .anyMatch(line ->
            line.startsWith("JAVA_TOOL_OPTIONS=")
                && line.contains("-Dhttps.proxyPort=15002")
                && line.contains("-Djavax.net.ssl.trustStore=" + proxy.trust().javaStore()));
  }

  @Test
  void keepsTheCommandsOwnOptions() {
    assertThat(run("sh", "-c", "test \"$0\" = --template", "--template").exit()).isZero();
  }

  @Test
  void aCommandThatIsNotThereExitsWith127AndClosesTheSession() {
    var typed = run("/nowhere/at-all");
    assertThat(typed.exit()).isEqualTo(127);
    assertThat(typed.err()).contains("command: /nowhere/at-all cannot be started");
    assertThat(controlPlane.closed.getSessionId()).isEqualTo(ID);
  }

  @Test
  void runsNothingWhenTheSessionIsRefused() {
    controlPlane.refusal = Status.INVALID_ARGUMENT.withDescription("template: unknown");
    var seen = folder.resolve("seen");
    var typed = run("touch", seen.toString());
    assertThat(typed.exit()).isEqualTo(1);
    assertThat(seen).doesNotExist();
    assertThat(proxy.closed).isTrue();
  }

  @Test
  void runsNothingBehindAProxyThatDoesNotEnforceTheSession() {
    proxy.enforcing = false;
    var seen = folder.resolve("seen");
    var typed = run("touch", seen.toString());
    assertThat(typed.exit()).isEqualTo(1);
    assertThat(typed.err()).contains("proxy: does not enforce session " + ID);
    assertThat(seen).doesNotExist();
    assertThat(controlPlane.closed.getSessionId()).isEqualTo(ID);
  }

  @Test
  void refusesAProxyOfAnotherIdentity() {
    var typed = run("--workload", "spiffe://demo.test/other", "--", "true");
    assertThat(typed.exit()).isEqualTo(64);
    assertThat(typed.err()).contains("the proxy's identity is " + AGENT);
  }

  private Typed run(String... words) {
    var line = new java.util.ArrayList<>(List.of("session", "run", "--template", "x"));
    if (!words[0].startsWith("--")) {
      line.add("--");
    }
    line.addAll(List.of(words));
    return Typed.type(_ -> controlPlane.connect(), _ -> proxy, line.toArray(String[]::new));
  }

  /// A proxy that only says where it would be.
  private final class FakeProxy implements LocalProxy.Running {
    private boolean enforcing = true;
    private boolean closed;

    @Override
    public InetSocketAddress address() {
      return InetSocketAddress.createUnresolved("127.0.0.1", 15_002);
    }

    @Override
    public TrustFolder trust() {
      return new TrustFolder(folder);
    }

    @Override
    public String workload() {
      return AGENT;
    }

    @Override
    public boolean enforces(Session session, Duration patience) {
      return enforcing && session.getVersion() == 3;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
