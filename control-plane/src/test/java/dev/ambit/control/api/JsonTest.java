package dev.ambit.control.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.testing.Plane;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The API as JSON, on both ports, with real TLS.
class JsonTest {
  private static final Pattern ID = Pattern.compile("\"id\": ?\"([0-9A-Z]{26})\"");

  private static Plane plane;

  @BeforeAll
  static void start() throws Exception {
    plane = new Plane();
  }

  @AfterAll
  static void stop() throws Exception {
    plane.close();
  }

  @Test
  void opensShowsExtendsAndClosesForAWorkload() throws Exception {
    var opened = open("spiffe://example.org/agent-a", "7", "");
    assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
    var id = id(opened);
    assertThat(opened.body()).contains("SESSION_STATE_ACTIVE").contains("/v1/items/7");
    var shown = plane.workload(Plane.OPENER, "GET", "/v1/sessions/" + id, "");
    assertThat(shown.statusCode()).isEqualTo(200);
    assertThat(shown.body()).contains(id).contains("\"envelope\"");
    var extended =
        plane.workload(
            Plane.OPENER, "POST", "/v1/sessions/" + id + "/extend", "{\"ttl\":\"1200s\"}");
    assertThat(extended.statusCode()).as(extended.body()).isEqualTo(200);
    var listed = plane.operator("GET", "/v1/sessions?template=solo&page_size=10", "");
    assertThat(listed.body()).contains(id).doesNotContain("\"envelope\"");
    var closed = plane.workload(Plane.OPENER, "POST", "/v1/sessions/" + id + "/close", "{}");
    assertThat(closed.statusCode()).as(closed.body()).isEqualTo(200);
    assertThat(closed.body()).contains("CLOSE_REASON_COMPLETED");
    var watched = plane.workload(Plane.OPENER, "GET", "/v1/sessions/" + id + "/watch", "");
    assertThat(watched.headers().firstValue("content-type")).contains("text/event-stream");
    assertThat(watched.body()).startsWith("data: {").contains("SESSION_STATE_CLOSED");
    var receipt = plane.operator("GET", "/v1/sessions/" + id + "/receipt", "");
    assertThat(receipt.statusCode()).as(receipt.body()).isEqualTo(200);
  }

  @Test
  void namesTheFieldThatIsWrong() throws Exception {
    var unnamed = plane.workload(Plane.OPENER, "POST", "/v1/sessions", "{\"template\":\"none\"}");
    assertThat(unnamed.statusCode()).isEqualTo(400);
    assertThat(unnamed.body()).contains("\"field\":\"workload.spiffe_id\"");
    var parameter = open("spiffe://example.org/agent-b", "../x", "");
    assertThat(parameter.statusCode()).isEqualTo(400);
    assertThat(parameter.body()).contains("\"field\":\"parameters.item\"");
    var ttl = open("spiffe://example.org/agent-b", "7", ",\"ttl\":\"0.5s\"");
    assertThat(ttl.statusCode()).isEqualTo(400);
    assertThat(ttl.body()).contains("\"field\":\"ttl\"").contains("at least 1s");
    var size = plane.operator("GET", "/v1/sessions?page_size=501", "");
    assertThat(size.statusCode()).isEqualTo(400);
    assertThat(size.body()).contains("\"field\":\"page_size\"");
  }

  @Test
  void refusesAKeyThatItDoesNotKnow() throws Exception {
    var unknown = open("spiffe://example.org/agent-c", "7", ",\"approvl\":true");
    assertThat(unknown.statusCode()).as(unknown.body()).isEqualTo(400);
    var broken = plane.workload(Plane.OPENER, "POST", "/v1/sessions", "{\"template\":");
    assertThat(broken.statusCode()).as(broken.body()).isEqualTo(400);
    var type = plane.workload(Plane.OPENER, "POST", "/v1/sessions", "{\"template\":[]}");
    assertThat(type.statusCode()).as(type.body()).isEqualTo(400);
  }

  @Test
  void letsNobodyInWithoutTheRightToken() throws Exception {
    for (var wrong :
        List.of(
            Optional.<String>empty(),
            Optional.of("Bearer x"),
            Optional.of("Basic x"),
            Optional.of("Bearer " + plane.access("token") + "x"))) {
      var answer = plane.person(wrong, "GET", "/v1/sessions", "");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).contains("UNAUTHENTICATED").contains("authorization: ");
    }
    assertThat(plane.operator("GET", "/v1/sessions", "").statusCode()).isEqualTo(200);
  }

  @Test
  void letsNobodyInWithAnExpiredToken() throws Exception {
    try (var other = new Plane()) {
      other.clock.advance(Duration.ofHours(1));
      var answer = other.operator("GET", "/v1/sessions", "");
      assertThat(answer.statusCode()).isEqualTo(401);
      assertThat(answer.body()).contains("expired token");
    }
  }

  @Test
  void hidesSessionsOfOthers() throws Exception {
    var id = id(open("spiffe://example.org/agent-d", "7", ""));
    var stranger = plane.workload(Plane.AGENT, "GET", "/v1/sessions/" + id, "");
    assertThat(stranger.statusCode()).isEqualTo(404);
    var audit = plane.workload(Plane.AGENT, "GET", "/v1/audit/records", "");
    assertThat(audit.statusCode()).isEqualTo(403);
    assertThat(plane.operator("GET", "/v1/audit/records", "").statusCode()).isEqualTo(200);
    assertThat(plane.operator("GET", "/v1/signing-keys", "").body()).contains("BEGIN PUBLIC KEY");
  }

  @Test
  void letsOnlyTheOpenerExtendAndOnlyWhoMaySeeItClose() throws Exception {
    var id = id(open("spiffe://example.org/agent-f", "7", ""));
    for (var path : List.of("/close", "/extend")) {
      var stranger =
          plane.workload(
              Plane.AGENT,
              "POST",
              "/v1/sessions/" + id + path,
              path.equals("/extend") ? "{\"ttl\":\"1200s\"}" : "{}");
      assertThat(stranger.statusCode()).as(path + stranger.body()).isEqualTo(404);
    }
    for (var path : List.of("/watch", "/receipt")) {
      assertThat(plane.workload(Plane.AGENT, "GET", "/v1/sessions/" + id + path, "").statusCode())
          .as(path)
          .isEqualTo(404);
    }
    for (var path : List.of("records", "verify")) {
      assertThat(
              plane
                  .workload(Plane.AGENT, "GET", "/v1/audit/" + path + "?session_id=" + id, "")
                  .statusCode())
          .as(path)
          .isEqualTo(404);
    }
    assertThat(plane.workload(Plane.AGENT, "GET", "/v1/audit/verify", "").statusCode())
        .isEqualTo(403);
    // An operator sees and ends what others opened, and prolongs nothing.
    var prolonged = plane.operator("POST", "/v1/sessions/" + id + "/extend", "{\"ttl\":\"1200s\"}");
    assertThat(prolonged.statusCode()).as(prolonged.body()).isEqualTo(403);
    assertThat(plane.operator("POST", "/v1/sessions/" + id + "/close", "{}").statusCode())
        .isEqualTo(200);
    var unadmitted =
        plane.operator(
            "POST",
            "/v1/sessions",
            "{\"template\":\"shared\",\"workload\":{\"spiffe_id\":\"" + Plane.AGENT + "\"}}");
    assertThat(unadmitted.statusCode()).as(unadmitted.body()).isEqualTo(403);
    assertThat(unadmitted.body()).contains("\"field\":\"template\"");
    var whole = plane.operator("GET", "/v1/audit/verify", "");
    assertThat(whole.statusCode()).as(whole.body()).isEqualTo(200);
    assertThat(whole.body()).doesNotContain("defects");
  }

  @Test
  void extendsNoFurtherThanMaxTtlAndClosesTwiceAlike() throws Exception {
    var id = id(open("spiffe://example.org/agent-g", "7", ""));
    var extend = "/v1/sessions/" + id + "/extend";
    var far = plane.workload(Plane.OPENER, "POST", extend, "{\"ttl\":\"3601s\"}");
    assertThat(far.statusCode()).as(far.body()).isEqualTo(400);
    assertThat(far.body()).contains("\"field\":\"ttl\"").contains("the template's maxTtl");
    for (var round = 0; round < 2; round++) {
      var closed = plane.workload(Plane.OPENER, "POST", "/v1/sessions/" + id + "/close", "{}");
      assertThat(closed.statusCode()).as(closed.body()).isEqualTo(200);
      assertThat(closed.body()).contains("CLOSE_REASON_COMPLETED");
    }
    var late = plane.workload(Plane.OPENER, "POST", extend, "{\"ttl\":\"1200s\"}");
    assertThat(late.statusCode()).as(late.body()).isEqualTo(409);
  }

  @Test
  void refusesABodyThatIsTooLongOrTooDeep() throws Exception {
    var big = "{\"template\":\"" + "x".repeat(1 << 20) + "\"}";
    assertThat(statusOrReset(big)).isEqualTo(413);
    var deep = "{\"task\":".repeat(5_000) + "{}" + "}".repeat(5_000);
    var refused = plane.workload(Plane.OPENER, "POST", "/v1/sessions", deep);
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(400);
    assertThat(refused.body()).doesNotContain("Exception");
  }

  @Test
  void servesEveryPortWithTheNewestCertificate() throws Exception {
    plane.rotate();
    assertThat(plane.operator("GET", "/v1/sessions", "").statusCode()).isEqualTo(200);
    assertThat(plane.workload(Plane.OPENER, "GET", "/v1/sessions", "").statusCode()).isEqualTo(200);
  }

  @Test
  void takesANewSetOfResourcesAndKeepsItWhileTheNextIsBroken() throws Exception {
    var extra = plane.resources.resolve("extra.yaml");
    Files.writeString(extra, "kind: Nonsense\n");
    Plane.until("stale", () -> metrics().contains("\nambit_resources_stale 1.0"));
    assertThat(plane.operator("GET", "/v1/status", "").body())
        .containsPattern("\"resourcesStale\": ?true")
        .contains("extra.yaml");
    assertThat(plane.workload(Plane.OPENER, "GET", "/v1/status", "").statusCode()).isEqualTo(403);
    assertThat(open("spiffe://example.org/agent-e", "7", "").statusCode()).isEqualTo(200);
    Files.delete(extra);
    Plane.until("fresh", () -> metrics().contains("\nambit_resources_stale 0.0"));
  }

  @Test
  void tellsItsHealthToGetOnly() throws Exception {
    assertThat(plane.admin("GET", "/livez").statusCode()).isEqualTo(200);
    assertThat(plane.admin("GET", "/readyz").statusCode()).isEqualTo(200);
    assertThat(plane.admin("GET", "/metrics").body()).contains("\nambit_resources_stale 0.0");
    assertThat(plane.admin("POST", "/metrics").statusCode()).isEqualTo(405);
  }

  /// Over HTTP/2 a server may reset the stream of a body that it does not read to the end.
  private static int statusOrReset(String body) throws Exception {
    try {
      return plane.workload(Plane.OPENER, "POST", "/v1/sessions", body).statusCode();
    } catch (IOException reset) {
      assertThat(reset).hasMessageContaining("RST_STREAM");
      return 413;
    }
  }

  private static String metrics() {
    try {
      return plane.admin("GET", "/metrics").body();
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  private static HttpResponse<String> open(String workload, String item, String more)
      throws Exception {
    return plane.workload(
        Plane.OPENER,
        "POST",
        "/v1/sessions",
        "{\"template\":\"solo\",\"parameters\":{\"item\":\""
            + item
            + "\"},\"workload\":{\"spiffe_id\":\""
            + workload
            + "\"}"
            + more
            + "}");
  }

  private static String id(HttpResponse<String> response) {
    var matcher = ID.matcher(response.body());
    if (!matcher.find()) {
      throw new AssertionError(response.body());
    }
    return matcher.group(1);
  }
}
