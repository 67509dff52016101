package dev.ambit.bench.subject;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Another proxy that does the same work, from `bench/peers/peers-fetch`, with the configuration
/// that lies in this module's resources.
public final class Peer implements Subject {
  private final Site site;
  private final String name;
  private final Kind kind;
  private final Path peers;

  /// The proxies there are.
  public enum Kind {
    NGINX,
    ENVOY,
    SQUID
  }

  /// @param peers folder of the fetched programs
  public Peer(Site site, String name, Kind kind, Path peers) {
    this.site = site;
    this.name = name;
    this.kind = kind;
    this.peers = peers;
  }

  @Override
  public String name() {
    return name;
  }

  /// Squid closes what it has refused.
  @Override
  public boolean keepsRefused() {
    return kind != Kind.SQUID;
  }

  /// Squid 5 answers 502 to one inside of TLS that it has bumped, whatever
  /// `http_upgrade_request_protocols` says.
  @Override
  public boolean opensWebSockets() {
    return kind != Kind.SQUID;
  }

  @Override
  public Http2 http2() {
    return switch (kind) {
      case NGINX -> Http2.IN_FRONT;
      case ENVOY -> Http2.THROUGHOUT;
      case SQUID -> Http2.NOT;
    };
  }

  @Override
  public Running start() throws IOException {
    var port = site.freePort();
    var folder = Files.createDirectory(site.folder().resolve(name + "-" + port));
    if (kind == Kind.SQUID) {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
      site.serveOrdinaryNames();
    }
    var door = site.door(port, kind == Kind.SQUID, site.authority());
    var log = folder.resolve(name + ".log");
    return Running.start(this, site, command(folder, port), environment(folder), log, door);
  }

  private List<String> command(Path folder, int port) throws IOException {
    return switch (kind) {
      case NGINX -> {
        var grants = each((i, prefix) -> "    \"~^(GET|POST) " + prefix + "\" 1;");
        var configuration = write("nginx.conf", folder, port, grants);
        yield List.of(
            peers.resolve("nginx/usr/sbin/nginx").toString(),
            "-p",
            folder.toString(),
            "-e",
            folder.resolve("error.log").toString(),
            "-c",
            configuration.toString());
      }
      case ENVOY -> {
        var grants =
            each((i, prefix) ->
                "                          r"
                    + i
                    + ": { principals: [{ any: true }], permissions: [{ and_rules: { rules: [{ header: { name: \":method\", string_match: { safe_regex: { regex: \"GET|POST\" } } } }, { url_path: { path: { prefix: \""
                    + prefix
                    + "\" } } }] } }] }");
        var configuration = write("envoy.yaml", folder, port, grants);
        yield List.of(
            envoy().toString(),
            "--concurrency",
            "1",
            "--disable-hot-restart",
            "--log-level",
            "warning",
            "-c",
            configuration.toString());
      }
      case SQUID -> {
        var grants =
            each((i, prefix) ->
                "acl granted url_regex ^https://("
                    + pattern(Site.HOST)
                    + "|h[0-9]+\\."
                    + pattern(Site.VISITED)
                    + "):"
                    + site.origin().port()
                    + prefix);
        var configuration = write("squid.conf", folder, port, grants);
        Files.writeString(folder.resolve("openssl.cnf"), read("openssl.cnf"));
        // Where it was fetched to nobody may not be able to read.
        run(folder, List.of("cp", "-a", peers.resolve("squid").toString(), folder.toString()));
        run(
            folder,
            asNobody(
                squid(folder, "usr/lib/squid/security_file_certgen"),
                "-c",
                "-s",
                folder.resolve("certificates").toString(),
                "-M",
                "4MB"));
        yield asNobody(
            squid(folder, "usr/sbin/squid"),
            "-N",
            "-n",
            "bench" + port,
            "-f",
            configuration.toString());
      }
    };
  }

  private ProcessEnvironment environment(Path folder) {
    return kind == Kind.SQUID
        ? new ProcessEnvironment(
            Map.of(
                "LD_LIBRARY_PATH",
                squid(folder, "usr/lib/x86_64-linux-gnu"),
                "OPENSSL_CONF",
                folder.resolve("openssl.cnf").toString()))
        : ProcessEnvironment.PLAIN;
  }

  /// Squid refuses to be root.
  private static List<String> asNobody(String... command) {
    var words =
        new ArrayList<>(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));
    words.addAll(List.of(command));
    return words;
  }

  private static String squid(Path folder, String file) {
    return folder.resolve("squid").resolve(file).toString();
  }

  /// The wheel holds the program beside its Python package.
  private Path envoy() throws IOException {
    try (var files = Files.walk(peers.resolve("envoy/lib"))) {
      return files
          .filter(file -> file.endsWith(Path.of("_bin", "envoy")))
          .findFirst()
          .orElseThrow(() -> new IOException("envoy: not in " + peers));
    }
  }

  private void run(Path folder, List<String> command) throws IOException {
    var builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(Redirect.appendTo(folder.resolve("preparation.log").toFile()));
    environment(folder).apply(builder.environment());
    try {
      if (builder.start().waitFor() != 0) {
        throw new IOException(
            name + ": cannot be prepared: " + Files.readString(folder.resolve("preparation.log")));
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  private static String pattern(String host) {
    return host.replace(".", "\\.");
  }

  private interface Line {
    String of(int number, String prefix);
  }

  private static String each(Line line) {
    var prefixes = Site.prefixes();
    return IntStream.range(0, prefixes.size())
        .mapToObj(i -> line.of(i + 1, prefixes.get(i)))
        .collect(Collectors.joining("\n"));
  }

  private Path write(String resource, Path folder, int port, String grants) throws IOException {
    var values = new HashMap<String, String>();
    values.put("folder", folder.toString());
    values.put("files", site.files().toString());
    values.put("address", site.address().getHostAddress());
    values.put("port", Integer.toString(port));
    values.put("originPort", Integer.toString(site.origin().port()));
    values.put("host", Site.HOST);
    values.put("streamed", Site.STREAMED);
    values.put("called", Site.CALLED);
    values.put("method", Site.METHOD);
    values.put("visited", Site.VISITED);
    values.put("namesPort", Integer.toString(site.names().getPort()));
    values.put("squid", folder.resolve("squid").toString());
    values.put("grants", grants);
    var text = read(resource);
    for (var value : values.entrySet()) {
      text = text.replace("${" + value.getKey() + "}", value.getValue());
    }
    return Files.writeString(folder.resolve(resource), text);
  }

  private static String read(String resource) throws IOException {
    try (InputStream in = Peer.class.getResourceAsStream("/dev/ambit/bench/peers/" + resource)) {
      if (in == null) {
        throw new IOException(resource + ": not in this program");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
