package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.envelope.Protocol;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallCompletion;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proxy.RawAgent;
import dev.ambit.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The oracles see what they are for: every violation that is planted, by hand in what was seen and
/// for real on the site, and none where there is none.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OraclesTest {
  private static final Set<String> OPEN = Set.of("3 socket");
  private static final Seen.Machine WELL = new Seen.Machine(1, 1, 0, OPEN, OPEN);
  private Site site;

  @BeforeAll
  void start() throws Exception {
    site = new Site(Files.createTempDirectory("ambit-oracles"));
  }

  @AfterAll
  void stop() throws Exception {
    site.close();
  }

  @Test
  void saysNothingWhereAllIsWell() throws Exception {
    assertThat(seen(List.of(denial("malformed", 1)), List.of("malformed"), 0).violations())
        .isEmpty();
    assertThat(seen(List.of(permit(), answered()), List.of(""), 1).violations()).isEmpty();
    site.judge();
  }

  @Test
  void o1SeesAVisit() {
    var visited =
        new Seen(Map.of("EVIL", 1), Map.of(), List.of(), List.of(), Seen.SERVED, WELL, 0, 0);
    assertThat(visited.violations()).singleElement().asString().startsWith("O1: EVIL");
  }

  @Test
  void o1SeesAConnectionToEvilThatIsReal() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), site.evil.port())) {
      assertThat(socket.isConnected()).isTrue();
      Await.until("visit", () -> site.evil.connections.get() == 1);
      assertThatThrownBy(site::judge).hasMessageContaining("O1: EVIL");
    }
  }

  @Test
  void o2FindsTheCanaryInEverySpelling() throws Exception {
    var hex = HexFormat.of();
    var bytes = Canary.VALUE.getBytes(ISO_8859_1);
    var zipped = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(zipped)) {
      out.write(("...." + Canary.VALUE).getBytes(ISO_8859_1));
    }
    for (var spelling :
        List.of(
            Canary.VALUE,
            Canary.VALUE.toUpperCase(Locale.ROOT),
            new StringBuilder(Canary.VALUE).reverse().toString(),
            hex.formatHex(bytes),
            hex.withUpperCase().formatHex(bytes),
            hex.withPrefix("%").withUpperCase().formatHex(bytes),
            base64("" + Canary.VALUE + ".."),
            base64("." + Canary.VALUE + "."),
            base64(".." + Canary.VALUE),
            zipped.toString(ISO_8859_1))) {
      assertThat(Canary.in(("before " + spelling + " behind").getBytes(ISO_8859_1)))
          .as(spelling)
          .isPresent();
      var left = Map.of("the log", spelling.getBytes(ISO_8859_1));
      var seen = new Seen(Map.of(), left, List.of(), List.of(), Seen.SERVED, WELL, 0, 0);
      assertThat(seen.violations()).singleElement().asString().startsWith("O2: the log");
    }
    assertThat(Canary.in(Canary.VALUE.substring(1).getBytes(ISO_8859_1))).isEmpty();
  }

  @Test
  void o2SeesACredentialThatAnUpstreamReallyShowsTheAgent() throws Exception {
    site.open(
        site.blank()
            .withCanary(
                "echo", Protocol.HTTPS, Site.ECHO, site.echo.port(), site.roots(), "/v1/**"));
    site.expect("");
    var host = Site.ECHO + ":" + site.echo.port();
    var answer =
        site.inside(Site.ECHO, site.echo.port()).send(AttackTest.get("/v1/x", host)).answer();
    assertThat(answer.status()).isEqualTo(200);
    assertThatThrownBy(site::judge).hasMessageContaining("O2: what the agent was given");
  }

  @Test
  void o3SeesRecordsThatAreMissingWrongOrTooMany() {
    for (var seen :
        List.of(
            seen(List.of(), List.of("malformed"), 0),
            seen(List.of(denial("target_unknown", 1)), List.of("malformed"), 0),
            seen(List.of(denial("malformed", 2)), List.of("malformed"), 0),
            seen(List.of(permit()), List.of(""), 0),
            seen(List.of(permit(), answered(), answered()), List.of(""), 2))) {
      assertThat(seen.violations()).anySatisfy(wrong -> assertThat(wrong).startsWith("O3:"));
    }
  }

  @Test
  void o3SeesACallThatNoTestExpects() throws Exception {
    assertThat(site.ask("nonsense\r\n\r\n").status()).isEqualTo(400);
    assertThatThrownBy(site::judge).hasMessageContaining("O3: records say {malformed=1}");
  }

  @Test
  void o4SeesAProxyThatIsDownFullOrLeaking() {
    assertThat(state("503 spool_full", WELL)).contains("O4: a granted call got '503 spool_full'");
    assertThat(state(Seen.SERVED, new Seen.Machine(Seen.HEAP_BYTES_MAX + 1, 1, 0, OPEN, OPEN)))
        .contains("O4: heap");
    assertThat(state(Seen.SERVED, new Seen.Machine(1, Seen.DIRECT_BYTES_MAX + 1, 0, OPEN, OPEN)))
        .contains("O4: heap");
    assertThat(state(Seen.SERVED, new Seen.Machine(1, 1, 1, OPEN, OPEN))).contains("O4: 1 leaks");
    assertThat(state(Seen.SERVED, new Seen.Machine(1, 1, 0, Set.of("3 socket", "4 pipe"), OPEN)))
        .contains("O4: 2 descriptors")
        .contains("new: [4 pipe]");
  }

  @Test
  void o4SeesADescriptorThatStaysOpen() throws Exception {
    try (var kept = RawAgent.connect(site.address)) {
      assertThat(kept).isNotNull();
      assertThatThrownBy(site::judge).hasMessageContaining("descriptors");
    }
    site.judge();
  }

  @Test
  void o5SeesCallsThatWereNotCountedOrDidNotArrive() {
    assertThat(seen(List.of(permit(), answered()), List.of(""), 0).violations())
        .singleElement()
        .asString()
        .startsWith("O5:");
    assertThat(seen(List.of(denial("malformed", 1)), List.of("malformed"), 1).violations())
        .singleElement()
        .asString()
        .startsWith("O5:");
  }

  @Test
  void o5SeesACallThatReallyWentAroundTheProxy() throws Exception {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), site.hostile.port())) {
      socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(ISO_8859_1));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      assertThatThrownBy(site::judge).hasMessageContaining("O5:");
    }
  }

  private static String state(String answer, Seen.Machine machine) {
    var seen = new Seen(Map.of(), Map.of(), List.of(), List.of(), answer, machine, 0, 0);
    return String.join("\n", seen.violations());
  }

  private static Seen seen(List<AuditRecord> records, List<String> expected, long received) {
    var sent = records.contains(answered()) ? 1 : 0;
    return new Seen(Map.of(), Map.of(), records, expected, Seen.SERVED, WELL, sent, received);
  }

  private static AuditRecord denial(String reason, int count) {
    return AuditRecord.newBuilder()
        .setCallId("c")
        .setDecision(CallDecision.newBuilder().setReason(reason).setCount(count))
        .build();
  }

  private static AuditRecord permit() {
    return AuditRecord.newBuilder()
        .setCallId("c")
        .setDecision(CallDecision.newBuilder().setPermitted(true).setCount(1))
        .build();
  }

  private static AuditRecord answered() {
    return AuditRecord.newBuilder()
        .setCallId("c")
        .setCompletion(CallCompletion.newBuilder().setResult(Completion.COMPLETION_ANSWERED))
        .build();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(ISO_8859_1));
  }
}
