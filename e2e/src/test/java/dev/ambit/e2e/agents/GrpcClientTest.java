package dev.ambit.e2e.agents;

import dev.ambit.dev.machine.User;
import dev.ambit.e2e.set.WholeSet;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.netty.handler.ssl.SslContextBuilder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/// Clients of gRPC that know nothing but a proxy and a bundle of authorities.
class GrpcClientTest extends GrpcTrials {
  private static final String HOST = "notes.test";

  @TempDir private static Path folder;
  private static NoteService notes;
  private static WholeSet set;
  private static User agent;

  @BeforeAll
  static void start() throws Exception {
    var validity = Validity.from(InstantSource.system().instant(), Duration.ofDays(1));
    var authority = CertificateAuthority.create("notes", validity);
    var keys = Keys.generate();
    var leaf = authority.issue(keys.getPublic(), Leaf.server(validity, new SubjectName.Dns(HOST)));
    var roots =
        Files.writeString(
            folder.resolve("notes.pem"), Pem.certificates(List.of(authority.certificate())));
    notes =
        NoteService.start(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            SslContextBuilder.forServer(keys.getPrivate(), leaf));
    set =
        WholeSet.start(
            """
            apiVersion: ambit.dev/v1
            kind: Target
            metadata: { name: notes }
            spec:
              hosts: [HOST]
              ports: [PORT]
              protocol: grpc
              tls: { roots: { bundle: { file: ROOTS } } }
            ---
            apiVersion: ambit.dev/v1
            kind: SessionTemplate
            metadata: { name: notes }
            spec:
              openers: [bootstrap]
              workloads: ["spiffe://demo.test/agent"]
              binding: identity
              sharing: exclusive
              limits: { ttl: 30m, maxTtl: 1h, idle: 20m, calls: 1000 }
              grants:
                - name: notes
                  target: notes
                  grpc: { methods: [notes.v1.Notes/Get, notes.v1.Notes/Talk] }
                  credential: { provider: honest, lifetime: session, narrow: { scopes: ["items:read"] } }
            """
                .replace("HOST", HOST)
                .replace("PORT", Integer.toString(notes.port()))
                .replace("ROOTS", roots.toString()),
            Set.of(notes.port()));
    var _ = set.open("notes");
    agent = User.ROOT.with(set.agentVariables());
  }

  @AfterAll
  static void stop() {
    set.close();
    notes.close();
  }

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
    return HOST + ":" + notes.port();
  }
}
