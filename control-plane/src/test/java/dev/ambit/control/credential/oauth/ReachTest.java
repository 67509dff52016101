package dev.ambit.control.credential.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.resources.ProviderSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An issuer can be reached when a handshake with it succeeds, and is asked nothing.
class ReachTest {
  @TempDir Path folder;
  private final AtomicLong nanos = new AtomicLong();
  private FakeIssuer issuer;
  private Reach reach;

  @BeforeEach
  void start() throws Exception {
    issuer = FakeIssuer.start(folder);
    reach = new Reach(Duration.ofSeconds(2), nanos::get);
  }

  @AfterEach
  void stop() throws Exception {
    reach.close();
    issuer.close();
  }

  @Test
  void shakesHandsWithEachHostOnce() {
    var found = reach.look(List.of(spec(issuer.at("/token"), Optional.of(issuer.roots()))));
    assertThat(found)
        .containsExactly(new Reach.Found("idp", "localhost:" + issuer.at("/token").getPort(), ""));
  }

  @Test
  void believesNobodyWhomTheRootsDoNotVouchFor() {
    assertThat(problem(spec(issuer.at("/token"), Optional.empty())))
        .startsWith("TLS handshake failed");
  }

  @Test
  void saysThatARootsFileIsUnreadable() throws IOException {
    var empty = Files.writeString(folder.resolve("empty.pem"), "");
    assertThat(problem(spec(issuer.at("/token"), Optional.of(empty)))).startsWith("roots: ");
  }

  @Test
  void saysThatNobodyListensOrAnswers() throws IOException {
    URI nobody;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("https://localhost:" + free.getLocalPort() + "/token");
    }
    assertThat(problem(spec(nobody, Optional.empty()))).isEqualTo("cannot connect");
    try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      var uri = URI.create("https://localhost:" + silent.getLocalPort() + "/token");
      assertThat(problem(spec(uri, Optional.empty()))).isEqualTo("no answer within 2s");
    }
  }

  @Test
  void asksAgainOnlyAfterTenSecondsOrForOtherProviders() throws Exception {
    var spec = spec(issuer.at("/token"), Optional.of(issuer.roots()));
    assertThat(problem(spec)).isEmpty();
    issuer.close();
    nanos.addAndGet(Reach.KEPT.toNanos() - 1);
    assertThat(problem(spec)).isEmpty();
    nanos.addAndGet(1);
    assertThat(problem(spec)).isEqualTo("cannot connect");
    assertThat(reach.look(List.of())).isEmpty();
  }

  private String problem(ProviderSpec spec) {
    return reach.look(List.of(spec)).getFirst().problem();
  }

  private ProviderSpec spec(URI endpoint, Optional<Path> roots) {
    var client = new ProviderSpec.Client.Secret(FakeIssuer.CLIENT, issuer.secret());
    return new ProviderSpec.OAuthClientCredentials(
        "idp",
        endpoint,
        endpoint,
        endpoint,
        roots,
        client,
        client,
        List.of("items:read"),
        List.of(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Duration.ofMinutes(5),
        Duration.ofSeconds(1));
  }
}
