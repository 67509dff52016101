package dev.ambit.proxy.attacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Protocol;
import dev.ambit.proxy.RawAgent;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// One group of the matrix: a site of its own, the oracles after every case, and at the end a look
/// into the heap.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class AttackTest {
  Site site;

  @BeforeAll
  void start() throws Exception {
    site = new Site(Files.createTempDirectory("ambit-attacks"), place(), machine());
  }

  /// Options of the proxy's virtual machine.
  String[] machine() {
    return new String[0];
  }

  /// Where the proxy runs.
  Place place() {
    return Place.HERE;
  }

  @AfterEach
  void judge() throws Exception {
    site.judge();
  }

  @AfterAll
  void stop() throws IOException {
    try (var whole = site) {
      assertThat(Canary.in(whole.dump())).as("O2: the heap").isEmpty();
    }
  }

  /// 400 `malformed`, then the end of the connection.
  void malformed(String bytes) throws IOException {
    site.expect("malformed");
    var agent = site.agent();
    malformed(agent.send(bytes));
  }

  /// As [#malformed(String)], for what was sent already.
  static void malformed(RawAgent agent) throws IOException {
    var answer = agent.answer();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(400);
    assertThat(answer.reason()).isEqualTo("malformed");
    assertThat(agent.closed()).isTrue();
  }

  /// A denial with this status and reason.
  void denied(RawAgent.Answer answer, int status, String reason) {
    site.expect(reason);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.reason()).as(answer.toString()).isEqualTo(reason);
  }

  /// A granted call that was answered.
  void granted(RawAgent.Answer answer) {
    site.expect("");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
  }

  /// Grants GOOD where this upstream serves in its place.
  void open(IllUpstream ill) throws IOException {
    site.keep(ill.upstream());
    site.admit(ill.upstream().port());
    site.open(
        site.blank()
            .withCanary(
                "items",
                Protocol.HTTPS,
                Site.GOOD,
                ill.upstream().port(),
                ill.roots(),
                "/v1/items/{id}"));
  }

  /// A call that ended before a byte of it was sent, since the upstream was not believed.
  void distrusted(RawAgent.Answer answer, IllUpstream ill) {
    site.expect("");
    assertThat(answer.status()).as(answer.toString()).isEqualTo(502);
    assertThat(answer.body()).contains("\"stage\":\"tls\"");
    assertThat(ill.upstream().bytes()).isEmpty();
  }

  static String get(String path, String host, String... fields) {
    return "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + String.join("", fields) + "\r\n";
  }

  /// A line of a head for each.
  static String lines(String... fields) {
    return String.join("\r\n", fields) + "\r\n";
  }
}
