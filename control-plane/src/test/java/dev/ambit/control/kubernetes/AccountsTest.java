package dev.ambit.control.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.control.testing.Plane;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// ServiceAccounts call the port for people with tokens that the cluster vouches for.
class AccountsTest {
  private static final String OPERATOR = "system:serviceaccount:ambit-system:ambit-operator";
  private static final String TOKEN = "Bearer aa.bb.cc";

  @TempDir Path folder;
  private FakeApi api;
  private Plane plane;

  @BeforeEach
  void start() throws Exception {
    api = new FakeApi(folder);
    plane = new Plane(Optional.of(api.settings("kubernetes:ambit-system:ambit-operator")));
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
    api.close();
  }

  @Test
  void anOperatorByItsAccountSeesTheStatus() throws Exception {
    api.status = FakeApi.account(OPERATOR, "[\"ambit\"]");
    assertThat(status().statusCode()).isEqualTo(200);
    assertThat(api.reviewed)
        .singleElement()
        .asString()
        .contains("\"aa.bb.cc\"", "\"audiences\":[\"ambit\"]");
  }

  @Test
  void anotherAccountSeesItsOwnSessionsAndNoStatus() throws Exception {
    api.resources.put(
        "targets",
        """
        {"apiVersion":"ambit.dev/v1","kind":"Target",
         "metadata":{"name":"api","namespace":"ambit-system","uid":"1","generation":1,"resourceVersion":"1"},
         "spec":{"hosts":["api.example.com"]}}
        """);
    api.resources.put(
        "sessiontemplates",
        """
        {"apiVersion":"ambit.dev/v1","kind":"SessionTemplate",
         "metadata":{"name":"flows","namespace":"ambit-system","uid":"2","generation":1,"resourceVersion":"1"},
         "spec":{"openers":["kubernetes:flows"],"workloads":["spiffe://example.org/agent*"],"binding":"identity",
          "limits":{"ttl":"10m","maxTtl":"1h"},
          "grants":[{"name":"read","target":"api","methods":["GET"],"paths":["/v1/items"]}]}}
        """);
    plane.restart();
    api.status = FakeApi.account("system:serviceaccount:flows:bot", "[\"ambit\"]");
    var refused = status();
    assertThat(refused.statusCode()).isEqualTo(403);
    assertThat(refused.body()).contains("caller: kubernetes:flows:bot (expected: an operator)");
    var opened =
        plane.person(
            Optional.of(TOKEN),
            "POST",
            "/v1/sessions",
            "{\"template\":\"flows\",\"workload\":{\"spiffe_id\":\"" + Plane.AGENT + "\"}}");
    assertThat(opened.statusCode()).as(opened.body()).isEqualTo(200);
    assertThat(opened.body()).contains("\"opener\":\"kubernetes:flows:bot\"");
    assertThat(plane.person(Optional.of(TOKEN), "GET", "/v1/sessions", "").body())
        .contains("kubernetes:flows:bot");
    api.status = FakeApi.account("system:serviceaccount:flows:other", "[\"ambit\"]");
    assertThat(plane.person(Optional.of("Bearer aa.bb.dd"), "GET", "/v1/sessions", "").body())
        .doesNotContain("kubernetes:flows:bot");
  }

  @Test
  void refusesWhatTheClusterDoesNotVouchForInEveryRespect() throws Exception {
    refuses("{\"authenticated\":false}", "not expired or revoked");
    refuses(FakeApi.account(OPERATOR, "[\"other\"]"), "another audience (expected: ambit)");
    refuses(FakeApi.account(OPERATOR, "null"), "another audience (expected: ambit)");
    refuses(FakeApi.account("alice", "[\"ambit\"]"), "token of no ServiceAccount");
    refuses("{}", "wrong token");
  }

  @Test
  void admitsNobodyWhileTheApiServerIsAwayAndSaysSo() throws Exception {
    api.status = FakeApi.account(OPERATOR, "[\"ambit\"]");
    api.code = 403;
    assertThat(status().body()).contains("UNAVAILABLE", "forbids this control plane");
    api.code = 500;
    assertThat(status().statusCode()).isEqualTo(503);
    api.close();
    assertThat(status().body()).contains("token review: the API server cannot be reached");
    // Who holds the bootstrap token needs no cluster.
    assertThat(plane.operator("GET", "/v1/status", "").statusCode()).isEqualTo(200);
  }

  @Test
  void tellsTheClusterHowItIsKnownAndAgainWhenItsRootsChange() throws Exception {
    Plane.until("applied", () -> !access().isEmpty());
    assertThat(access().getFirst())
        .startsWith("PATCH /api/v1/namespaces/ambit-system/configmaps/ambit-access?")
        .contains(
            "fieldManager=ambit-control-plane",
            "\"id\":\"" + Plane.CONTROL + "\"",
            "BEGIN CERTIFICATE");
    var before = access().size();
    plane.prepareAuthority();
    Plane.until("applied again", () -> access().size() > before);
    assertThat(access().getLast()).isNotEqualTo(access().getFirst());
  }

  /// What was written of the way to this control plane.
  private List<String> access() {
    return api.applied.stream().filter(each -> each.contains("/configmaps/")).toList();
  }

  private void refuses(String status, String why) throws Exception {
    api.status = status;
    // Refusals are remembered for a while.
    plane.ahead.addAndGet(5_000_000_000L);
    var refused = status();
    assertThat(refused.statusCode()).as(refused.body()).isEqualTo(401);
    assertThat(refused.body()).contains(why);
  }

  private HttpResponse<String> status() throws Exception {
    return plane.person(Optional.of(TOKEN), "GET", "/v1/status", "");
  }
}
