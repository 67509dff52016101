package dev.ambit.e2e.agents;

import dev.ambit.dev.machine.Shown;
import dev.ambit.dev.machine.User;
import dev.ambit.e2e.clients.Tools;
import dev.ambit.e2e.spire.Neighbours;
import dev.ambit.e2e.spire.PodTest;
import dev.ambit.e2e.spire.Site;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/// Clients of gRPC in a pod, which know of no proxy.
class PodGrpcTest extends PodTest {
  private static final int PORT = 7_444;
  private static final String RESOURCES =
      """
      ---
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: notes }
      spec:
        hosts: [HOST]
        ports: [NOTES_PORT]
        protocol: grpc
        addresses: { cidrs: ["ADDRESS/32"] }
        tls: { roots: { bundle: { file: ca.pem } } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: notes }
      spec:
        openers: [bootstrap]
        workloads: ["REPORTER"]
        binding: identity
        sharing: exclusive
        limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
        grants:
          - name: notes
            target: notes
            grpc: { methods: [notes.v1.Notes/Get, notes.v1.Notes/Talk] }
            credential: { provider: issuer, lifetime: session, narrow: { scopes: ["items:read"] } }
      """;

  private NoteService notes;
  private User agent;

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    var outside = pod.network().outside();
    var site =
        openSite(
            folder,
            RESOURCES
                .replace("HOST", Neighbours.API)
                .replace("ADDRESS", outside.address())
                .replace("NOTES_PORT", Integer.toString(PORT))
                .replace("REPORTER", Site.REPORTER));
    var tls =
        SslContextBuilder.forServer(
            site.neighbours().file("api.pem").toFile(), site.neighbours().file("api.key").toFile());
    var address = new InetSocketAddress(outside.address(), PORT);
    notes = outside.inside(() -> NoteService.start(address, tls));
    closing.add(notes::close);
    var shown = Shown.in(pod.network().pod(), folder.resolve("shown"), Tools.folders());
    agent = site.unaware().seeing(shown).with("HOME", site.scratch("home").toString());
    var _ = site.openSession("notes");
  }

  @Nested
  class Unaware extends GrpcTrials {
    @Override
    User agent() {
      return agent;
    }

    @Override
    NoteService notes() {
      return notes;
    }

    @Override
    String target() {
      return Neighbours.API + ":" + PORT;
    }
  }
}
