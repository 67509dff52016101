package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.record.Entry;
import dev.ambit.e2e.set.WholeSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Long bodies pass through the proxy byte for byte, in memory that does not grow with them.
class BulkTransferTest {
  private static final long MIB = 1L << 20;
  private static final long WARM_UP = 64 * MIB;
  private static final long BODY = 1_024 * MIB;

  /// How much the proxy may grow over what it had after the warm-up.
  private static final long GROWTH_MAX = 32 * MIB;

  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir private Path folder;
  private WholeSet set;

  @BeforeEach
  void start() throws IOException {
    set = WholeSet.start();
    var _ = set.open();
  }

  @AfterEach
  void stop() {
    set.close();
  }

  @Test
  void carriesAGibibyteEachWayInFlatMemory() throws Exception {
    upload(WARM_UP);
    download(WARM_UP);
    var proxy = set.member("proxy").pid();
    var before = ResidentMemory.now(proxy);
    try (var memory = new ResidentMemory(proxy)) {
      var sent = upload(BODY);
      assertThat(arrived("body_ended").text("sha256")).isEqualTo(sent);
      assertThat(arrived("body_ended").number("bytes")).isEqualTo(BODY);
      var afterUp = memory.peak();

      var received = download(BODY);
      assertThat(arrived("answer_ended").text("sha256")).isEqualTo(received);
      assertThat(arrived("answer_ended").number("bytes")).isEqualTo(BODY);

      System.out.printf(
          java.util.Locale.ROOT,
          "proxy resident: %d MiB before, at most %d MiB during the upload, at most %d MiB in all%n",
          before / MIB,
          afterUp / MIB,
          memory.peak() / MIB);
      assertThat(memory.peak() - before).isLessThan(GROWTH_MAX);
    }
  }

  /// Sends so many bytes with curl, chunked, and returns their digest.
  private String upload(long bytes) throws Exception {
    var process =
        start(
            "curl",
            "-sS",
            "-f",
            "-X",
            "POST",
            "-T",
            "-",
            "-o",
            folder.resolve("answer").toString(),
            set.peers().api("/v1/upload"));
    try {
      var digest = sha256();
      try (var into = process.getOutputStream()) {
        write(bytes, into, digest);
      }
      await(process);
      return hex(digest);
    } finally {
      process.destroyForcibly();
    }
  }

  private static void write(long bytes, OutputStream into, MessageDigest digest)
      throws IOException {
    var block = new byte[1 << 20];
    var random = new SplittableRandom(bytes);
    for (var left = bytes; left > 0; left -= block.length) {
      random.nextBytes(block);
      digest.update(block);
      into.write(block);
    }
  }

  /// Fetches so many bytes with curl and returns the digest of what arrived.
  private String download(long bytes) throws Exception {
    var process = start("curl", "-sS", "-f", set.peers().api("/v1/download?bytes=" + bytes));
    try (var from = process.getInputStream()) {
      var digest = sha256();
      assertThat(read(from, digest)).isEqualTo(bytes);
      await(process);
      return hex(digest);
    } finally {
      process.destroyForcibly();
    }
  }

  private static long read(InputStream from, MessageDigest digest) throws IOException {
    var block = new byte[1 << 16];
    long bytes = 0;
    for (var count = from.read(block); count >= 0; count = from.read(block)) {
      digest.update(block, 0, count);
      bytes += count;
    }
    return bytes;
  }

  private Process start(String... words) throws IOException {
    var builder = new ProcessBuilder(words).redirectError(folder.resolve("err").toFile());
    builder.environment().putAll(set.agentVariables());
    return builder.start();
  }

  private void await(Process process) throws IOException, InterruptedException {
    assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("err"))).isZero();
  }

  /// The last such event at the upstream.
  private Entry arrived(String event) throws InterruptedException {
    var _ =
        set.upstream()
            .await(0, entry -> entry.is(event) && entry.number("bytes") == BODY, PATIENCE);
    return set.upstream().since(0, event).getLast();
  }

  private static MessageDigest sha256() throws NoSuchAlgorithmException {
    return MessageDigest.getInstance("SHA-256");
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
