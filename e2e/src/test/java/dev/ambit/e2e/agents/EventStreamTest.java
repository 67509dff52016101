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

/// Streams of events through the explicit listener.
class EventStreamTest extends StreamTrials {
  private static EventSource source;
  private static WholeSet set;

  private Session session;

  @BeforeAll
  static void start() throws IOException {
    source = new EventSource(InetAddress.getLoopbackAddress(), "/events");
    set =
        WholeSet.start(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: events }
            spec:
              hosts: [api.demo.test]
              ports: [PORT]
              protocol: https
              tls: { roots: { bundle: { file: ca.pem } } }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: follow }
            spec:
              openers: [bootstrap]
              workloads: ["spiffe://demo.test/agent"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 10 }
              grants:
                - { name: follow, target: events, methods: [GET], paths: ["/events"] }
            """
                .replace("PORT", Integer.toString(source.port())),
            Set.of(source.port()));
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
    session = set.open("follow");
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
  EventSource source() {
    return source;
  }

  @Override
  String url() {
    return "https://api.demo.test:" + source.port() + "/events";
  }

  @Override
  ClientPage page() {
    return ClientPages.LISTENER;
  }
}
