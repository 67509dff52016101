package dev.ambit.e2e.agents;

import dev.ambit.dev.machine.User;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.Session;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// WebSockets through the explicit listener.
class SocketTest extends SocketTrials {
  private static EchoSockets source;
  private static WholeSet set;

  private Session session;

  @BeforeAll
  static void start() throws IOException {
    source = new EchoSockets(InetAddress.getLoopbackAddress());
    set =
        WholeSet.start(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: feed }
            spec:
              hosts: [api.demo.test]
              ports: [PORT]
              protocol: websocket
              tls: { roots: { bundle: { file: ca.pem } } }
            ---
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: clear }
            spec: { hosts: [api.demo.test], ports: [CLEAR], protocol: http }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: sockets }
            spec:
              openers: [bootstrap]
              workloads: ["spiffe://demo.test/agent"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 10 }
              grants:
                - name: feed
                  target: feed
                  websocket: { paths: ["/feed"] }
                  credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
                - { name: clear, target: clear, websocket: { paths: ["/feed"] } }
            """
                .replace("PORT", Integer.toString(source.port()))
                .replace("CLEAR", Integer.toString(source.clearPort())),
            Set.of(source.port(), source.clearPort()));
    source.serve(
        set.peers().files().resolve("upstream.pem"), set.peers().files().resolve("upstream.key"));
  }

  @AfterAll
  static void stop() {
    set.close();
    source.close();
  }

  @BeforeEach
  void open() {
    session = set.open("sockets");
  }

  @AfterEach
  void end() throws InterruptedException {
    set.close(session);
    set.untilClosed(session);
  }

  @Override
  User agent() {
    return set.agent();
  }

  @Override
  void closeSession() {
    set.close(session);
  }

  @Override
  EchoSockets source() {
    return source;
  }

  @Override
  String host() {
    return "api.demo.test";
  }
}
