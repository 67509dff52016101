package dev.ambit.spiffe.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.testkit.Await;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The source follows an agent through absence, denial, rotation and restart, over real sockets.
class SpiffeSourceTest {
  private static final String PROXY = "spiffe://test.example/proxy";
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(300);

  @TempDir Path folder;
  private final DevelopmentAuthority authority = DevelopmentAuthority.start("test.example");
  private Path socket;

  @BeforeEach
  void chooseSocket() {
    socket = folder.resolve("w.sock");
  }

  @AfterEach
  void stopAuthority() {
    authority.close();
  }

  @Test
  void deliversIdentityBundlesAndTokenAsOneSnapshot() throws Exception {
    authority.serve(socket, PROXY);
    try (var source = SpiffeSource.open(socket, LONG)) {
      var snapshot = source.current();
      assertThat(snapshot.version()).isEqualTo(1);
      assertThat(snapshot.spiffeId()).isEqualTo(PROXY);
      assertThat(snapshot.chain()).hasSize(1);
      assertThat(snapshot.bundles().get("test.example")).containsExactly(authority.certificate());
      assertThat(snapshot.jwtBundles().get("test.example")).hasSize(1);
      assertThat(snapshot.toString()).doesNotContain("Key");
      var token = source.jwtSvid("https://control.example");
      assertThat(source.jwtSvid("https://control.example")).isEqualTo(token);
      assertThat(source.jwtSvid("https://other.example")).isNotEqualTo(token);
    }
  }

  @Test
  void followsTheAuthorityThroughTheStepsOfItsReplacement() throws Exception {
    authority.serve(socket, PROXY);
    try (var source = SpiffeSource.open(socket, LONG)) {
      var old = authority.certificate();
      authority.prepareAuthority();
      Await.until("both are trusted", () -> bundle(source).size() == 2);
      assertThat(bundle(source)).contains(old);
      assertThat(signedBy(source, old)).isTrue();
      authority.activateAuthority();
      var next = authority.certificate();
      assertThat(bundle(source)).containsExactlyInAnyOrder(old, next);
      Await.until("signed by the new one", () -> signedBy(source, next));
      authority.revokeOldAuthority();
      Await.until("the new one alone", () -> bundle(source).equals(Set.of(next)));
      assertThat(signedBy(source, next)).isTrue();
    }
  }

  private static Set<X509Certificate> bundle(SpiffeSource source) {
    return source.current().bundles().getOrDefault("test.example", Set.of());
  }

  private static boolean signedBy(SpiffeSource source, X509Certificate authority) {
    try {
      source.current().chain().getFirst().verify(authority.getPublicKey());
      return true;
    } catch (SignatureException _) {
      return false;
    } catch (GeneralSecurityException failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void saysThatThereIsNoSocket() {
    assertThatThrownBy(() -> SpiffeSource.open(socket, SHORT))
        .isInstanceOf(IdentityUnavailable.class)
        .hasMessageContaining("unix:" + socket)
        .hasMessageContaining("no socket of this name");
  }

  @Test
  void saysWhichEntryIsMissing() {
    authority.deny(socket);
    assertThatThrownBy(() -> SpiffeSource.open(socket, SHORT))
        .isInstanceOf(IdentityUnavailable.class)
        .hasMessageMatching(
            "the SPIRE agent at unix:.* has no entry for this process \\(uid \\d+\\): register"
                + " one, e.g. spire-server entry create .* -selector unix:uid:\\d+");
  }

  @Test
  void leavesNoStackTraceOfTheLibraryOnStderr() {
    var said = new CopyOnWriteArrayList<String>();
    var listener =
        new Handler() {
          @Override
          public void publish(LogRecord record) {
            said.add(record.getLoggerName() + ": " + record.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    var root = Logger.getLogger("");
    root.addHandler(listener);
    try {
      authority.deny(socket);
      assertThatThrownBy(() -> SpiffeSource.open(socket, SHORT))
          .isInstanceOf(IdentityUnavailable.class);
    } finally {
      root.removeHandler(listener);
    }
    assertThat(said).filteredOn(line -> line.startsWith("io.spiffe")).isEmpty();
  }

  @Test
  void waitsForTheEntryAsLongAsItHasPatience() throws Exception {
    authority.deny(socket);
    var opened =
        CompletableFuture.supplyAsync(() -> {
          try {
            return SpiffeSource.open(socket, LONG);
          } catch (IdentityUnavailable e) {
            throw new AssertionError(e);
          }
        });
    authority.serve(socket, PROXY);
    try (var source = opened.join()) {
      assertThat(source.current().spiffeId()).isEqualTo(PROXY);
    }
  }

  @Test
  void tellsItsListenersOfEveryRotation() throws Exception {
    authority.serve(socket, PROXY);
    try (var source = SpiffeSource.open(socket, LONG)) {
      var told = new CopyOnWriteArrayList<Long>();
      source.onChange(snapshot -> told.add(snapshot.version()));
      for (long version = 2; version <= 4; version++) {
        authority.rotate();
        long expected = version;
        Await.until("version " + expected, () -> source.current().version() == expected);
      }
      Await.until("three reports", () -> told.size() == 3);
      assertThat(told).containsExactly(2L, 3L, 4L);
    }
  }

  @Test
  void keepsItsSnapshotWhileTheAgentIsGoneAndFollowsTheNextAgent() throws Exception {
    authority.serve(socket, PROXY);
    try (var source = SpiffeSource.open(socket, LONG)) {
      var before = source.current();
      authority.stop(socket);
      assertThat(source.current()).isSameAs(before);
      authority.serve(socket, PROXY);
      Await.until("a new identity", () -> source.current().version() > before.version());
      assertThat(source.current().spiffeId()).isEqualTo(PROXY);
    }
  }

  @Test
  void keepsItsSnapshotWhenTheEntryIsTakenAwayAndGetsTheNextOne() throws Exception {
    authority.serve(socket, PROXY);
    try (var source = SpiffeSource.open(socket, LONG)) {
      authority.deny(socket);
      assertThat(source.current().spiffeId()).isEqualTo(PROXY);
      authority.serve(socket, PROXY + "/2");
      Await.until("another name", () -> source.current().spiffeId().equals(PROXY + "/2"));
    }
  }
}
