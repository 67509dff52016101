package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that know nothing but a proxy and a bundle of authorities make calls, and are understood
/// and answered; what came of it stands in the upstream's own record.
class OrdinaryClientTest {
  private static final String OWN = "Authorization:Bearer " + WholeSet.OWN_KEY;
  private static final List<String> PLAIN_PATHS = new CopyOnWriteArrayList<>();

  private static HttpServer plain;
  private static WholeSet set;
  private Session session;
  private Map<String, String> variables;

  @BeforeAll
  static void start() throws IOException {
    plain = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    plain.createContext(
        "/",
        exchange -> {
          try (exchange) {
            PLAIN_PATHS.add(exchange.getRequestURI().toString());
            var body = "a note\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    plain.start();
    set =
        WholeSet.start(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: notes }
            spec: { hosts: [notes.test], ports: [PORT], protocol: http }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: mixed }
            spec:
              openers: [bootstrap]
              workloads: ["spiffe://demo.test/agent"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 100 }
              grants:
                - { name: notes, target: notes, methods: [GET], paths: ["/notes/{id}"] }
                - name: items
                  target: api
                  methods: [GET]
                  paths: ["/v1/items/{id}", "/v1/download"]
                  credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
            """
                .replace("PORT", Integer.toString(plainPort())),
            Set.of(plainPort()));
  }

  @AfterAll
  static void stop() {
    set.close();
    plain.stop(0);
  }

  @BeforeEach
  void open() throws IOException {
    session = set.open("mixed");
    variables = set.agentVariables();
    PLAIN_PATHS.clear();
  }

  @AfterEach
  void end() throws InterruptedException {
    set.close(session);
    set.untilClosed(session);
  }

  @ParameterizedTest
  @EnumSource
  void isAnsweredByTheUpstreamWithACredentialItNeverSees(Client client) throws Exception {
    var mark = set.upstream().mark();

    var reply = client.send(variables, "GET", set.peers().api("/v1/items/1"), OWN);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).contains("quarterly figures");
    var arrived = set.upstream().since(mark, "request");
    assertThat(arrived).hasSize(1);
    var token = Thief.token(arrived.getFirst());
    assertThat(token).isNotEmpty().isNotEqualTo(WholeSet.OWN_KEY);
    assertThat(issued(token)).extracting(entry -> entry.text("client")).containsExactly("ambit");
    assertThat(arrived.getFirst().facts().toString()).doesNotContain(WholeSet.OWN_KEY);
    assertThat(reply.headers() + reply.body()).doesNotContain(token);
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyACallWasDenied(Client client) throws Exception {
    var mark = set.upstream().mark();

    var reply = client.send(variables, "DELETE", set.peers().api("/v1/items/1"), OWN);

    assertProblem(reply, "method_not_granted");
    assertThat(reply.problem("detail")).contains("GET");
    assertThat(reply.problem("session")).isEqualTo(session.getId());
    assertThat(set.upstream().since(mark)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void speaksToAPlainUpstreamInAbsoluteForm(Client client) throws Exception {
    var granted = client.send(variables, "GET", notes("/notes/1"));
    assertThat(granted.status()).isEqualTo(200);
    assertThat(granted.body()).startsWith("a note");

    var denied = client.send(variables, "GET", notes("/private"));
    assertProblem(denied, "path_not_granted");
    assertThat(denied.problem("detail")).contains("/notes/{id}");

    var unknown = client.send(variables, "GET", "http://elsewhere.test/");
    assertProblem(unknown, "target_unknown");
    assertThat(PLAIN_PATHS).containsExactly("/notes/1");
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyATunnelWasRefused(Client client) throws Exception {
    var said = client.refusedTunnel(variables, "https://elsewhere.test/");
    assertThat(said)
        .contains(
            switch (client) {
              case CURL -> "CONNECT tunnel failed, response 403";
              case PYTHON -> "Tunnel connection failed: 403 Target unknown";
            });
  }

  @Test
  void keepsItsConnectionThroughADownload() throws Exception {
    var mark = set.upstream().mark();
    var ran =
        Ran.run(
            variables,
            "curl",
            "-sS",
            "--max-time",
            "20",
            "-o",
            "/dev/null",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code} %{num_connects}\\n",
            set.peers().api("/v1/download?bytes=3000000"),
            set.peers().api("/v1/items/1"));
    assertThat(ran.err()).isEmpty();
    assertThat(ran.out().lines().toList()).isEqualTo(List.of("200 1", "200 0"));
    assertThat(set.upstream().since(mark, "connected")).hasSize(1);
  }

  private static void assertProblem(Reply reply, String reason) {
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.headers()).containsEntry("content-type", "application/problem+json");
    assertThat(reply.problem("reason")).isEqualTo(reason);
    assertThat(reply.problem("type")).isEqualTo("urn:ambit:denial:" + reason);
    assertThat(reply.problem("retryable")).isEqualTo("false");
  }

  private static List<Entry> issued(String token) {
    var digest = dev.ambit.dev.issuer.Endpoints.digest(token);
    return set.issuer().since(0, "issue").stream()
        .filter(entry -> entry.text("token").equals(digest))
        .toList();
  }

  private static String notes(String path) {
    return "http://notes.test:" + plainPort() + path;
  }

  private static int plainPort() {
    return plain.getAddress().getPort();
  }
}
