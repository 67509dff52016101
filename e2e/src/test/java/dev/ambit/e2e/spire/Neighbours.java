package dev.ambit.e2e.spire;

import dev.ambit.cli.print.Json;
import dev.ambit.dev.issuer.Client;
import dev.ambit.dev.issuer.IssuerMain;
import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Network;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Ledger;
import dev.ambit.dev.tls.ServerCertificate;
import dev.ambit.dev.upstream.UpstreamMain;
import dev.ambit.e2e.machine.Programs;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Those that Ambit meets in the network: a name server, an OAuth server and an API that asks it
/// about every token. They have nothing to do with Ambit, and their records are what tests believe.
public final class Neighbours {
  public static final String API = "api.acme.test";
  static final String ISSUER = "issuer.acme.test";

  /// A second name of the API, for a target that does not allow its address.
  static final String INTRANET = "intranet.acme.test";

  /// Names of what a test opens beside them, in protocols that nobody reads.
  public static final String DATABASE = "db.acme.test";

  public static final String PINNED = "pinned.acme.test";

  public static final String CONTROL = "control.acme.test";

  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(1);
  private static final Set<String> SCOPES = Set.of("items:read", "items:write");

  private final Path folder;
  private final User somebody;
  private final int upstreamPort;
  private final int issuerPort;

  private Neighbours(Path folder, User somebody, int upstreamPort, int issuerPort) {
    this.folder = folder;
    this.somebody = somebody;
    this.upstreamPort = upstreamPort;
    this.issuerPort = issuerPort;
  }

  /// Starts them in the network; they keep everything in the folder, which is root's alone.
  public static Neighbours start(Path folder, Network network, Closing closing) throws IOException {
    var root = User.ROOT.in(network);
    write(folder);
    var names = new ArrayList<>(Programs.own(NamesMain.class));
    names.addAll(List.of(network.address(), API, ISSUER, INTRANET, CONTROL, DATABASE, PINNED));
    closing.add(root.start("names", folder, names)).awaitOut("ready", READY_MAX);
    var issuer = Programs.own(IssuerMain.class);
    issuer.addAll(
        List.of(
            "listen=" + network.address(),
            "certificate=" + folder.resolve("issuer.pem"),
            "key=" + folder.resolve("issuer.key"),
            "clients=" + folder.resolve("clients.json"),
            "journal=" + folder.resolve("issuer.jsonl"),
            "life-seconds=600"));
    var issuerPort = port(closing.add(root.start("issuer", folder, issuer)));
    var upstream = Programs.own(UpstreamMain.class);
    upstream.addAll(
        List.of(
            "listen=" + network.address(),
            "certificate=" + folder.resolve("api.pem"),
            "key=" + folder.resolve("api.key"),
            "roots=" + folder.resolve("ca.pem"),
            "journal=" + folder.resolve("upstream.jsonl"),
            "introspection=https://" + ISSUER + ":" + issuerPort + "/introspect",
            "client=upstream",
            "secret=" + folder.resolve("upstream.secret")));
    var upstreamPort = port(closing.add(root.start("upstream", folder, upstream)));
    return new Neighbours(folder, root, upstreamPort, issuerPort);
  }

  private static int port(Program program) {
    return Integer.parseInt(program.awaitOut("ready .*\"port\":([0-9]+)", READY_MAX).group(1));
  }

  private static void write(Path folder) throws IOException {
    var validity = Validity.from(InstantSource.system().instant(), CERTIFICATE_LIFE);
    var authority = CertificateAuthority.create("Acme", validity);
    Files.writeString(folder.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    ServerCertificate.issue(authority, validity, folder, "issuer", new SubjectName.Dns(ISSUER));
    ServerCertificate.issue(
        authority,
        validity,
        folder,
        "api",
        new SubjectName.Dns(API),
        new SubjectName.Dns(INTRANET));
    Files.writeString(
        folder.resolve("clients.json"),
        Client.toJson(
            List.of(
                client(folder, "ambit", SCOPES, false),
                client(folder, "verifier", Set.of(), true),
                client(folder, "upstream", Set.of(), true),
                client(folder, "auditor", Set.of(), true))));
  }

  private static Client client(Path folder, String id, Set<String> scopes, boolean introspects)
      throws IOException {
    var bits = new byte[24];
    new SecureRandom().nextBytes(bits);
    var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    ServerCertificate.secret(folder.resolve(id + ".secret"), secret);
    return new Client(id, Client.digest(secret), scopes, introspects, false);
  }

  /// Where the API is for its clients.
  public String api(String path) {
    return "https://" + API + ":" + upstreamPort + path;
  }

  public int upstreamPort() {
    return upstreamPort;
  }

  public int issuerPort() {
    return issuerPort;
  }

  /// The file of a client's secret, `ca.pem`, or the API's `api.pem` and `api.key`.
  public Path file(String name) {
    return folder.resolve(name);
  }

  /// What the API records.
  public Ledger upstream() {
    return new Ledger(folder.resolve("upstream.jsonl"));
  }

  /// What the OAuth server records.
  public Ledger issuer() {
    return new Ledger(folder.resolve("issuer.jsonl"));
  }

  /// What the API has recorded so far.
  public List<Entry> upstreamRecord() {
    return upstream().since(0);
  }

  /// What the OAuth server has recorded so far.
  List<Entry> issuerRecord() {
    return issuer().since(0);
  }

  /// What the name server was asked so far, one `name type` a line.
  public String lookups() throws IOException {
    return Files.readString(folder.resolve("names.out"));
  }

  /// Presents a token to the API past every proxy; returns the status.
  String present(String token) {
    return somebody
        .run(
            "curl",
            "-sS",
            "--cacert",
            file("ca.pem").toString(),
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-H",
            "Authorization: Bearer " + token,
            api("/v1/items"))
        .done();
  }

  /// Whether the OAuth server says that the token is good.
  boolean active(String token) throws IOException {
    var answer =
        somebody
            .run(
                "curl",
                "-sS",
                "--cacert",
                file("ca.pem").toString(),
                "-u",
                "auditor:" + Files.readString(file("auditor.secret")).strip(),
                "-d",
                "token=" + token,
                "https://" + ISSUER + ":" + issuerPort + "/introspect")
            .done();
    return Json.read(answer.getBytes(StandardCharsets.UTF_8)).orElseThrow()
            instanceof Map<?, ?> facts
        && Boolean.TRUE.equals(facts.get("active"));
  }
}
