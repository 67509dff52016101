package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Ledger;
import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.set.Ran;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients that know nothing but a proxy and a bundle of authorities make calls, and are understood
/// and answered.
class OrdinaryClientTest extends CallTrials {
  @TempDir private static Path folder;
  private static Notes plain;
  private static WholeSet set;
  private static Session session;
  private static Body body;

  @BeforeAll
  static void start() throws Exception {
    plain = new Notes(InetAddress.getLoopbackAddress());
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
                .replace("PORT", Integer.toString(plain.port())),
            Set.of(plain.port()));
    session = set.open("mixed");
    body = Body.write(folder.resolve("body"));
  }

  @AfterAll
  static void stop() {
    set.close();
    plain.close();
  }

  @Override
  User agent() {
    return set.agent();
  }

  @Override
  String sessionId() {
    return session.getId();
  }

  @Override
  String api(String path) {
    return set.peers().api(path);
  }

  @Override
  String notes(String path) {
    return "http://notes.test:" + plain.port() + path;
  }

  @Override
  Ledger upstream() {
    return set.upstream();
  }

  @Override
  Ledger issuer() {
    return set.issuer();
  }

  @Override
  Notes plain() {
    return plain;
  }

  @Override
  Body body() {
    return body;
  }

  @Override
  ClientPage page() {
    return ClientPages.LISTENER;
  }

  /// Only what is asked for in absolute form gets an answer here: a tunnel would be refused.
  @Override
  String spokenInClear(Client client, User agent) throws InterruptedException {
    var unknown =
        Seen.of(
            () -> client.send(agent, "GET", "http://elsewhere.test/"),
            "target_unknown",
            "Target unknown");
    return unknown.startsWith("403") ? "absolute form" : "tunnel";
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyATunnelWasRefused(Client client) throws Exception {
    var seen =
        Seen.of(
            () -> client.send(agent(), "GET", "https://elsewhere.test/"),
            "target_unknown",
            "Target unknown");
    page().measured(client, Column.TUNNEL, seen);
  }

  @Test
  void keepsItsConnectionThroughADownload() throws Exception {
    var mark = set.upstream().mark();
    var ran =
        Ran.run(
            set.agentVariables(),
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
}
