package dev.ambit.cluster.plane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.control.ControlPlane;
import dev.ambit.control.config.Settings;
import dev.ambit.proto.v1.GetStatusRequest;
import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.testkit.Await;
import io.grpc.StatusRuntimeException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Whoever may ask the API server for a token of the operator's account, and reads from it how the
/// control plane is known, needs nothing else. The port is forwarded in the tests of a node.
@ExtendWith(OneApiServer.class)
class OperatorTest {
  private static final String NAMESPACE = "operator-test";
  private static final String CONTROL = "spiffe://example.org/control";

  private final ApiServer api;

  OperatorTest(ApiServer api) {
    this.api = api;
  }

  @Test
  void asksAsAServiceAccountAndKnowsTheServerByWhatTheClusterSays() throws Exception {
    var _ = api.kubectl("create", "namespace", NAMESPACE).done();
    var _ = api.kubectl("-n", NAMESPACE, "create", "serviceaccount", "operator").done();
    var _ = api.kubectl("-n", NAMESPACE, "create", "serviceaccount", "other").done();
    // Short, for the socket in it.
    var folder = Files.createTempDirectory("op");
    try (var authority = DevelopmentAuthority.start("example.org")) {
      authority.serve(folder.resolve("s"), CONTROL);
      try (var plane = start(folder)) {
        Await.until("the ConfigMap", Duration.ofMinutes(2), () -> map("id").equals(CONTROL));
        var port = plane.ports().people();
        try (var operator = Connector.open(access(folder, port, "operator"))) {
          var status = operator.status().getStatus(GetStatusRequest.getDefaultInstance());
          assertThat(status.getControlPlane()).isEqualTo(CONTROL);
        }
        try (var other = Connector.open(access(folder, port, "other"))) {
          assertThat(
                  other
                      .sessions()
                      .listSessions(ListSessionsRequest.getDefaultInstance())
                      .getSessionsList())
              .isEmpty();
          assertThatThrownBy(() -> other.status().getStatus(GetStatusRequest.getDefaultInstance()))
              .isInstanceOf(StatusRuntimeException.class)
              .hasMessageContaining(
                  "caller: kubernetes:" + NAMESPACE + ":other (expected: an operator)");
        }
      }
    }
  }

  private ControlPlane start(Path folder) throws Exception {
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return ControlPlane.start(
        new Settings(
            any,
            any,
            any,
            any,
            folder.resolve("s"),
            folder.resolve("a.db"),
            Files.createDirectory(folder.resolve("resources")),
            folder.resolve("keys"),
            Optional.empty(),
            Optional.empty(),
            Duration.ofSeconds(2),
            Duration.ZERO,
            List.of(),
            Duration.ofSeconds(60),
            Optional.of(
                new Settings.Kubernetes(
                    NAMESPACE,
                    "ambit-access",
                    "ambit",
                    List.of("kubernetes:" + NAMESPACE + ":operator"),
                    Optional.empty(),
                    Optional.of(api.kubeconfig())))),
        InstantSource.system(),
        System::nanoTime);
  }

  private Access access(Path folder, int port, String account) throws Exception {
    var token =
        api.kubectl("-n", NAMESPACE, "create", "token", account, "--audience", "ambit").done();
    return new Access(
        Optional.empty(),
        "127.0.0.1",
        port,
        Files.writeString(folder.resolve("bundle.pem"), map("bundle.pem")),
        Optional.of(map("id")),
        Files.writeString(folder.resolve("token"), token));
  }

  private String map(String key) {
    var map = api.client().configMaps().inNamespace(NAMESPACE).withName("ambit-access").get();
    return map == null ? "" : Objects.requireNonNull(map.getData().get(key));
  }
}
