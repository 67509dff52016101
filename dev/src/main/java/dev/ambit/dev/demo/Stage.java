package dev.ambit.dev.demo;

import dev.ambit.cli.connect.Access;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.ControlPlane;
import dev.ambit.cli.run.ProxyHealth;
import dev.ambit.dev.issuer.Client;
import dev.ambit.dev.issuer.IssuerMain;
import dev.ambit.dev.process.Child;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.set.ProxyPorts;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.upstream.UpstreamMain;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.Task;
import dev.ambit.proto.v1.Workload;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything the demo plays on: the embedded set, the OAuth server and the upstream API, each a
/// process of its own, and their records.
public final class Stage implements AutoCloseable {
  private static final Duration ENFORCED_MAX = Duration.ofSeconds(10);
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(7);
  private static final int TOKEN_SECONDS = 600;

  private final EmbeddedSet set;
  private final ProxyPorts proxy;
  private final int issuerPort;
  private final int upstreamPort;
  private final ControlPlane controlPlane;

  private Stage(
      EmbeddedSet set,
      ProxyPorts proxy,
      int issuerPort,
      int upstreamPort,
      ControlPlane controlPlane) {
    this.set = set;
    this.proxy = proxy;
    this.issuerPort = issuerPort;
    this.upstreamPort = upstreamPort;
    this.controlPlane = controlPlane;
  }

  /// Starts every process; nothing is left behind when one of them does not start.
  static Stage start(EmbeddedSet set, InstantSource clock) throws IOException {
    var authority = set.startAuthority();
    var files = files(set, clock);
    var issuer =
        set.start(
            "issuer",
            IssuerMain.class,
            List.of(
                "certificate=" + files.resolve("issuer.pem"),
                "key=" + files.resolve("issuer.key"),
                "clients=" + files.resolve("clients.json"),
                "journal=" + set.plan().folder().resolve("issuer.jsonl"),
                "life-seconds=" + TOKEN_SECONDS));
    var issuerPort = port(issuer);
    var upstream =
        set.start(
            "upstream",
            UpstreamMain.class,
            List.of(
                "certificate=" + files.resolve("upstream.pem"),
                "key=" + files.resolve("upstream.key"),
                "roots=" + files.resolve("ca.pem"),
                "journal=" + set.plan().folder().resolve("upstream.jsonl"),
                "introspection=https://localhost:" + issuerPort + "/introspect",
                "client=upstream",
                "secret=" + files.resolve("upstream.secret")));
    var upstreamPort = port(upstream);
    DemoResources.write(files, upstreamPort, issuerPort);
    var _ = authority.ready();
    var controlPort = set.startControlPlane(files);
    var proxy = set.startProxy(controlPort, Set.of(upstreamPort));
    var controlPlane = Connector.open(Access.ofDirectory(set.plan().access()));
    return new Stage(set, proxy, issuerPort, upstreamPort, controlPlane);
  }

  private static int port(Child child) {
    return ((Number) child.ready().getOrDefault("port", 0)).intValue();
  }

  /// Certificates and client secrets of the issuer and the upstream.
  private static Path files(EmbeddedSet set, InstantSource clock) throws IOException {
    var files = set.privateFolder("resources");
    var validity = Validity.from(clock.instant(), CERTIFICATE_LIFE);
    var authority = CertificateAuthority.create("Ambit demo", validity);
    Files.writeString(files.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    var loopback = new SubjectName.Ip(InetAddress.getLoopbackAddress());
    ServerCertificate.issue(
        authority, validity, files, "issuer", new SubjectName.Dns("localhost"), loopback);
    ServerCertificate.issue(
        authority,
        validity,
        files,
        "upstream",
        new SubjectName.Dns(DemoResources.HOST),
        new SubjectName.Dns("localhost"),
        loopback);
    var scopes = Set.of("items:read", "items:write");
    Files.writeString(
        files.resolve("clients.json"),
        Client.toJson(
            List.of(
                client(files, "ambit", scopes, false, false),
                client(files, "ambit-lied-to", scopes, false, true),
                client(files, "ambit-verifier", Set.of(), true, false),
                client(files, "upstream", Set.of(), true, false),
                client(files, "demo", Set.of(), true, false))));
    return files;
  }

  private static Client client(
      Path files, String id, Set<String> scopes, boolean introspects, boolean lies)
      throws IOException {
    var bits = new byte[24];
    new SecureRandom().nextBytes(bits);
    var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    ServerCertificate.secret(files.resolve(id + ".secret"), secret);
    return new Client(id, Client.digest(secret), scopes, introspects, lies);
  }

  /// Opens a session for the agent and waits until the proxy judges by it.
  Session open(String template, Map<String, String> parameters, String purpose) {
    var session =
        controlPlane
            .sessions()
            .openSession(
                OpenSessionRequest.newBuilder()
                    .setTemplate(template)
                    .putAllParameters(parameters)
                    .setWorkload(Workload.newBuilder().setSpiffeId(EmbeddedSet.AGENT))
                    .setTask(Task.newBuilder().setId("demo").setPurpose(purpose))
                    .setOnBehalfOf("you")
                    .build())
            .getSession();
    if (!ProxyHealth.enforces(proxy.adminAddress(), session.getVersion(), ENFORCED_MAX)) {
      throw new NotShown("the proxy did not put session " + session.getId() + " in force");
    }
    return session;
  }

  ControlPlane controlPlane() {
    return controlPlane;
  }

  EmbeddedSet set() {
    return set;
  }

  ProxyPorts proxy() {
    return proxy;
  }

  Ledger issuerRecord() {
    return new Ledger(set.plan().folder().resolve("issuer.jsonl"));
  }

  Ledger upstreamRecord() {
    return new Ledger(set.plan().folder().resolve("upstream.jsonl"));
  }

  /// The authority behind the certificates of issuer and upstream.
  Path roots() {
    return set.plan().folder().resolve("resources").resolve("ca.pem");
  }

  Path secret(String client) {
    return set.plan().folder().resolve("resources").resolve(client + ".secret");
  }

  int issuerPort() {
    return issuerPort;
  }

  int upstreamPort() {
    return upstreamPort;
  }

  /// The upstream as the agent knows it.
  String api(String path) {
    return "https://" + DemoResources.HOST + ":" + upstreamPort + path;
  }

  @Override
  public void close() {
    controlPlane.close();
  }
}
