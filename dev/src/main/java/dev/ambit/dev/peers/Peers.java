package dev.ambit.dev.peers;

import dev.ambit.dev.issuer.Client;
import dev.ambit.dev.issuer.IssuerMain;
import dev.ambit.dev.issuer.Mood;
import dev.ambit.dev.machine.PodNetwork;
import dev.ambit.dev.process.Child;
import dev.ambit.dev.record.Ledger;
import dev.ambit.dev.set.EmbeddedSet;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.upstream.UpstreamMain;
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
import java.util.Set;

/// The OAuth server and the upstream API beside a set, each a process of its own, with their
/// certificates, client secrets and journals. They end with the set.
///
/// @param files folder of certificates (`ca.pem` is their authority) and of `CLIENT.secret` files;
///   resources that name them lie here, too
/// @param addresses of the upstream, as targets name them; empty on loopback, which none may name
public record Peers(
    Path files, Child issuer, Child upstream, Ledger issued, Ledger arrived, String addresses) {
  /// The API's name; its certificate also holds `localhost`.
  public static final String HOST = "api.demo.test";

  /// The control plane's client at the issuer, and one whose tokens survive their revocation.
  public static final String CLIENT = "ambit";

  public static final String LIED_TO = "ambit-lied-to";

  private static final String MOOD = "issuer.mood";
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(7);
  private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

  /// Starts both and waits for them.
  public static Peers start(EmbeddedSet set, InstantSource clock) throws IOException {
    return start(set, clock, TOKEN_LIFE);
  }

  /// The same, with another life of tokens.
  public static Peers start(EmbeddedSet set, InstantSource clock, Duration tokenLife)
      throws IOException {
    var files = files(set, clock);
    var folder = set.plan().folder();
    var issuer =
        set.start(
            "issuer",
            IssuerMain.class,
            List.of(
                "certificate=" + files.resolve("issuer.pem"),
                "key=" + files.resolve("issuer.key"),
                "clients=" + files.resolve("clients.json"),
                "journal=" + folder.resolve("issuer.jsonl"),
                "mood=" + folder.resolve(MOOD),
                "life-seconds=" + tokenLife.toSeconds()));
    var upstream =
        set.start(
            "upstream",
            UpstreamMain.class,
            List.of(
                // In the network of a pod's world, where there is nobody else.
                "listen=" + (set.plan().pod().isPresent() ? "0.0.0.0" : "127.0.0.1"),
                "certificate=" + files.resolve("upstream.pem"),
                "key=" + files.resolve("upstream.key"),
                "roots=" + files.resolve("ca.pem"),
                "journal=" + folder.resolve("upstream.jsonl"),
                "introspection=https://localhost:" + port(issuer) + "/introspect",
                "client=upstream",
                "secret=" + files.resolve("upstream.secret")));
    var _ = upstream.ready();
    return new Peers(
        files,
        issuer,
        upstream,
        new Ledger(folder.resolve("issuer.jsonl")),
        new Ledger(folder.resolve("upstream.jsonl")),
        set.plan().pod().isPresent()
            ? "  addresses: { cidrs: [\"" + PodNetwork.OUTSIDE + "/32\"] }\n"
            : "");
  }

  public int issuerPort() {
    return port(issuer);
  }

  public int upstreamPort() {
    return port(upstream);
  }

  /// The upstream as an agent knows it.
  public String api(String path) {
    return "https://" + HOST + ":" + upstreamPort() + path;
  }

  /// The authority behind the certificates of both.
  public Path roots() {
    return files.resolve("ca.pem");
  }

  public Path secret(String client) {
    return files.resolve(client + ".secret");
  }

  /// Makes the issuer answer in another way from now on.
  public void turns(Mood mood) throws IOException {
    mood.write(files.resolveSibling(MOOD));
  }

  /// A provider that asks the issuer, as YAML.
  public String provider(String name, String client) {
    return provider(name, client, issuerPort());
  }

  /// The same by another way.
  ///
  /// @param port on loopback, which leads to the issuer
  public String provider(String name, String client, int port) {
    return """
    apiVersion: ambit.dev/v1
    kind: CredentialProvider
    metadata: { name: NAME }
    spec:
      oauth:
        tokenEndpoint: https://localhost:PORT/token
        revocationEndpoint: https://localhost:PORT/revoke
        introspectionEndpoint: https://localhost:PORT/introspect
        roots: { file: ca.pem }
        client: { id: CLIENT, secret: { file: CLIENT.secret } }
        verifier: { id: ambit-verifier, secret: { file: ambit-verifier.secret } }
        scopes: ["items:read", "items:write"]
        lifetimeMax: 10m
        propagationBound: 1s
    """
        .replace("NAME", name)
        .replace("CLIENT", client)
        .replace("PORT", Integer.toString(port));
  }

  /// A target that is the upstream, as YAML.
  public String target(String name) {
    return target(name, upstreamPort());
  }

  /// The same by another way.
  ///
  /// @param port on loopback, which leads to the upstream
  public String target(String name, int port) {
    return """
    apiVersion: ambit.dev/v1
    kind: Target
    metadata: { name: NAME }
    spec:
      hosts: [HOST]
      ports: [PORT]
      protocol: https
      tls: { roots: { bundle: { file: ca.pem } } }
    """
        .concat(addresses)
        .replace("NAME", name)
        .replace("HOST", HOST)
        .replace("PORT", Integer.toString(port));
  }

  private static int port(Child child) {
    return ((Number) child.ready().getOrDefault("port", 0)).intValue();
  }

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
        new SubjectName.Dns(HOST),
        new SubjectName.Dns("localhost"),
        loopback);
    var scopes = Set.of("items:read", "items:write");
    Files.writeString(
        files.resolve("clients.json"),
        Client.toJson(
            List.of(
                client(files, CLIENT, scopes, false, false),
                client(files, LIED_TO, scopes, false, true),
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
}
