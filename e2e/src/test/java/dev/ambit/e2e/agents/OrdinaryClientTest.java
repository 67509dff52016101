package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that know nothing but a proxy and a bundle of authorities make calls, and are understood
/// and answered; what came of it stands in the upstream's own record.
class OrdinaryClientTest {
  private static final String OWN = "Authorization:Bearer " + WholeSet.OWN_KEY;
  private static final List<String> PLAIN_PATHS = new CopyOnWriteArrayList<>();

  /// More than sockets hold, so that who refuses it must take it; no whole number of anything.
  private static final int BODY_BYTES = 16 * (1 << 20) + 4_711;

  @TempDir private static Path folder;
  private static HttpServer plain;
  private static WholeSet set;
  private static Session session;
  private static Map<String, String> variables;
  private static Path body;

  @BeforeAll
  static void start() throws Exception {
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
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
              grants:
                - { name: notes, target: notes, methods: [GET], paths: ["/notes/{id}"] }
                - name: items
                  target: api
                  methods: [GET]
                  paths: ["/v1/items/{id}", "/v1/download"]
                  credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
                - name: uploads
                  target: api
                  methods: [POST]
                  paths: ["/v1/upload"]
                  credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:write"] } }
            """
                .replace("PORT", Integer.toString(plainPort())),
            Set.of(plainPort()));
    session = set.open("mixed");
    variables = set.agentVariables();
    body = Files.write(folder.resolve("body"), noise());
  }

  @AfterAll
  static void stop() {
    set.close();
    plain.stop(0);
  }

  @ParameterizedTest
  @EnumSource
  void isAnsweredByTheUpstreamWithACredentialItNeverSees(Client client) throws Exception {
    granted(client, variables);
    granted(client, client.only(variables));
    ClientPage.measured(client, Column.GRANTED, "yes");
  }

  private static void granted(Client client, Map<String, String> variables) throws Exception {
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

    Seen.problem(reply, "method_not_granted");
    assertThat(reply.problem("detail")).contains("GET");
    assertThat(reply.problem("session")).isEqualTo(session.getId());
    assertThat(set.reachedUpstream(mark)).isEmpty();
    ClientPage.measured(client, Column.REFUSED, "403 and the problem");
  }

  @ParameterizedTest
  @EnumSource
  void speaksToAPlainUpstream(Client client) throws Exception {
    PLAIN_PATHS.clear();
    var only = client.only(variables);

    var granted = client.send(only, "GET", notes("/notes/1"));
    assertThat(granted.status()).isEqualTo(200);
    assertThat(granted.body()).startsWith("a note");

    var denied = client.send(only, "GET", notes("/private"));
    Seen.problem(denied, "path_not_granted");
    assertThat(denied.problem("detail")).contains("/notes/{id}");

    // Only what is asked for in absolute form gets an answer here: a tunnel would be refused.
    var unknown =
        Seen.of(
            () -> client.send(only, "GET", "http://elsewhere.test/"),
            "target_unknown",
            "Target unknown");
    assertThat(PLAIN_PATHS).containsExactly("/notes/1");
    ClientPage.measured(
        client, Column.PLAIN, unknown.startsWith("403") ? "absolute form" : "tunnel");
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyATunnelWasRefused(Client client) throws Exception {
    var seen =
        Seen.of(
            () -> client.send(variables, "GET", "https://elsewhere.test/"),
            "target_unknown",
            "Target unknown");
    ClientPage.measured(client, Column.TUNNEL, seen);
  }

  @ParameterizedTest
  @EnumSource
  void uploadsABodyByteForByte(Client client) throws Exception {
    var mark = set.upstream().mark();

    var reply = client.upload(variables, set.peers().api("/v1/upload"), body);

    assertThat(reply.status()).isEqualTo(200);
    var ended = set.upstream().since(mark, "body_ended").getFirst();
    assertThat(ended.number("bytes")).isEqualTo(BODY_BYTES);
    assertThat(ended.text("sha256")).isEqualTo(sha256(Files.readAllBytes(body)));
    var headers = set.upstream().since(mark, "request").getFirst().text("headers");
    ClientPage.measured(
        client,
        Column.UPLOADED,
        headers.contains("content-length=" + BODY_BYTES) ? "with its length" : "in chunks");
  }

  /// The refusal comes long before the client has sent all of it.
  @ParameterizedTest
  @EnumSource
  void readsWhyAnUploadWasDenied(Client client) throws Exception {
    var mark = set.upstream().mark();
    var seen =
        Seen.of(
            () -> client.upload(variables, set.peers().api("/v1/download"), body),
            "method_not_granted",
            "Method not granted");
    assertThat(set.reachedUpstream(mark)).isEmpty();
    ClientPage.measured(client, Column.UPLOAD_REFUSED, seen);
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
    assertThat(set.upstream().since(mark, "request"))
        .hasSize(2)
        .extracting(entry -> entry.number("connection"))
        .containsOnly(set.upstream().since(mark, "request").getFirst().number("connection"));
  }

  private static List<Entry> issued(String token) {
    var digest = Endpoints.digest(token);
    return set.issuer().since(0, "issue").stream()
        .filter(entry -> entry.text("token").equals(digest))
        .toList();
  }

  private static byte[] noise() {
    var bytes = new byte[BODY_BYTES];
    new SplittableRandom(BODY_BYTES).nextBytes(bytes);
    return bytes;
  }

  private static String sha256(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  private static String notes(String path) {
    return "http://notes.test:" + plainPort() + path;
  }

  private static int plainPort() {
    return plain.getAddress().getPort();
  }
}
