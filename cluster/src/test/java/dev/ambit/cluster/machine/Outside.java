package dev.ambit.cluster.machine;

import dev.ambit.dev.issuer.Client;
import dev.ambit.dev.issuer.IssuerMain;
import dev.ambit.dev.machine.Closing;
import dev.ambit.dev.machine.Program;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Ledger;
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
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Those outside of the cluster: an OAuth server and an API that asks it about every token, at the
/// address where pods reach the machine that the node is on. Their journals are what tests believe.
public final class Outside {
  public static final String API = "api.acme.test";
  public static final String ISSUER = "issuer.acme.test";

  private static final Duration READY_MAX = Duration.ofSeconds(60);
  private static final Duration CERTIFICATE_LIFE = Duration.ofDays(1);

  private final Path folder;
  private final String address;
  private final int apiPort;
  private final int issuerPort;

  private Outside(Path folder, String address, int apiPort, int issuerPort) {
    this.folder = folder;
    this.address = address;
    this.apiPort = apiPort;
    this.issuerPort = issuerPort;
  }

  /// Starts both.
  ///
  /// @param folder new, for all they keep
  /// @param address where they listen
  static Outside start(Path folder, String address, Closing closing) throws IOException {
    write(folder, address);
    var issuerPort =
        port(
            closing.add(
                User.ROOT.start(
                    "issuer",
                    folder,
                    java(
                        IssuerMain.class,
                        "listen=" + address,
                        "certificate=" + folder.resolve("issuer.pem"),
                        "key=" + folder.resolve("issuer.key"),
                        "clients=" + folder.resolve("clients.json"),
                        "journal=" + folder.resolve("issuer.jsonl"),
                        "life-seconds=600"))));
    var apiPort =
        port(
            closing.add(
                User.ROOT.start(
                    "api",
                    folder,
                    java(
                        UpstreamMain.class,
                        "listen=" + address,
                        "certificate=" + folder.resolve("api.pem"),
                        "key=" + folder.resolve("api.key"),
                        "roots=" + folder.resolve("ca.pem"),
                        "journal=" + folder.resolve("api.jsonl"),
                        "introspection=https://" + address + ":" + issuerPort + "/introspect",
                        "client=upstream",
                        "secret=" + folder.resolve("upstream.secret")))));
    return new Outside(folder, address, apiPort, issuerPort);
  }

  /// The API as an agent knows it.
  public String api(String path) {
    return "https://" + API + ":" + apiPort + path;
  }

  /// Where both listen.
  public String address() {
    return address;
  }

  public int apiPort() {
    return apiPort;
  }

  public int issuerPort() {
    return issuerPort;
  }

  /// What resources name, as files of a Secret.
  public Map<String, Path> files() {
    return Map.of(
        "ca.pem", folder.resolve("ca.pem"),
        "ambit.secret", folder.resolve("ambit.secret"),
        "verifier.secret", folder.resolve("verifier.secret"));
  }

  /// Requests that reached the API so far.
  public List<Entry> requests() {
    return new Ledger(folder.resolve("api.jsonl"))
        .since(0).stream().filter(entry -> entry.is("request")).toList();
  }

  private static List<String> java(Class<?> main, String... words) {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(words));
    return command;
  }

  private static int port(Program program) {
    return Integer.parseInt(program.awaitOut("ready .*\"port\":([0-9]+)", READY_MAX).group(1));
  }

  private static void write(Path folder, String address) throws IOException {
    var validity = Validity.from(InstantSource.system().instant(), CERTIFICATE_LIFE);
    var authority = CertificateAuthority.create("Acme", validity);
    Files.writeString(folder.resolve("ca.pem"), Pem.certificates(List.of(authority.certificate())));
    ServerCertificate.issue(
        authority,
        validity,
        folder,
        "issuer",
        new SubjectName.Dns(ISSUER),
        new SubjectName.Ip(InetAddress.ofLiteral(address)));
    ServerCertificate.issue(authority, validity, folder, "api", new SubjectName.Dns(API));
    Files.writeString(
        folder.resolve("clients.json"),
        Client.toJson(
            List.of(
                client(folder, "ambit", Set.of("items:read", "items:write"), false),
                client(folder, "verifier", Set.of(), true),
                client(folder, "upstream", Set.of(), true))));
  }

  private static Client client(Path folder, String id, Set<String> scopes, boolean introspects)
      throws IOException {
    var bits = new byte[24];
    new SecureRandom().nextBytes(bits);
    var secret = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    ServerCertificate.secret(folder.resolve(id + ".secret"), secret);
    return new Client(id, Client.digest(secret), scopes, introspects, false);
  }
}
