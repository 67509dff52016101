package dev.ambit.cli.trust;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.cli.cluster.Inside;
import dev.ambit.cli.print.Item.Verdict;
import dev.ambit.spiffe.anchors.TrustFolder;
import dev.ambit.spiffe.anchors.TrustVariables;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Those clients that are on this machine tell by what they print whether they trust who answers.
class PodClientTest {
  private final Validity hour =
      Validity.from(InstantSource.system().instant(), Duration.ofHours(1));

  @TempDir Path folder;

  @Test
  void whoeverTrustsIsSeenToAndWhoeverDoesNotIsNot() throws Exception {
    var authority = CertificateAuthority.create("pod", hour);
    var trust = new TrustFolder(folder.resolve("trust"));
    trust.publish(List.of(), List.of(authority.certificate()));
    var told = TrustVariables.of(trust, "");
    try (var server = TestServer.open(authority, hour);
        var foreign = TestServer.open(CertificateAuthority.create("other", hour), hour)) {
      var tried = 0;
      for (var client : PodClient.ALL) {
        var ours = client.call(inside(told), server.fresh().toString());
        var theirs = client.call(inside(told), foreign.fresh().toString());
        // wget reads no variable, and in a pod has the overlay.
        if (ours.verdict() != Verdict.NOTE && !client.name().equals("wget")) {
          assertThat(ours.verdict()).as(ours.toString()).isEqualTo(Verdict.GOOD);
          tried++;
        }
        assertThat(theirs.verdict()).as(theirs.toString()).isNotEqualTo(Verdict.GOOD);
      }
      assertThat(tried).isPositive();
    }
  }

  @Test
  void anAnswerThatRefusesIsAnAnswer() {
    assertThat(call("curl", 0, "403", "")).isEqualTo(Verdict.GOOD);
    assertThat(call("curl", 60, "000", "SSL certificate problem")).isEqualTo(Verdict.WRONG);
    assertThat(call("wget", 8, "", "ERROR 403: Forbidden.")).isEqualTo(Verdict.GOOD);
    assertThat(call("wget", 5, "", "cannot verify certificate")).isEqualTo(Verdict.WRONG);
    assertThat(call("wget", 1, "", "wget: server returned error: HTTP/1.1 403 Forbidden"))
        .isEqualTo(Verdict.GOOD);
    assertThat(call("git", 128, "", "fatal: The requested URL returned error: 403"))
        .isEqualTo(Verdict.GOOD);
    assertThat(call("git", 128, "", "server certificate verification failed"))
        .isEqualTo(Verdict.WRONG);
    assertThat(call("Java", 127, "", "")).isEqualTo(Verdict.NOTE);
    assertThat(call("Node", 127, "", "not found")).isEqualTo(Verdict.NOTE);
    assertThat(call("Node", -1, "", "executable file not found")).isEqualTo(Verdict.NOTE);
  }

  private static Verdict call(String name, int exit, String out, String err) {
    return PodClient.ALL.stream()
        .filter(client -> client.name().equals(name))
        .findFirst()
        .orElseThrow()
        .call(_ -> new Inside.Ran(exit, ByteString.copyFromUtf8(out), err), "https://a.test/")
        .verdict();
  }

  private static Inside inside(Map<String, String> told) {
    var environment = new HashMap<>(told);
    environment.put("PATH", String.valueOf(System.getenv("PATH")));
    return words -> {
      try {
        var builder = new ProcessBuilder(words);
        builder.environment().clear();
        builder.environment().putAll(environment);
        var process = builder.redirectErrorStream(true).start();
        process.getOutputStream().close();
        var out = ByteString.readFrom(process.getInputStream());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Inside.Ran(process.exitValue(), out, "");
      } catch (IOException missing) {
        return new Inside.Ran(127, ByteString.EMPTY, String.valueOf(missing.getMessage()));
      } catch (InterruptedException interrupted) {
        throw new UncheckedIOException(new IOException(interrupted));
      }
    };
  }
}
