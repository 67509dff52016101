package dev.ambit.proxy.config;

import dev.ambit.spiffe.identity.SpiffeIds;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Reads the settings from the environment: all of them, or every error at once. One reader reads
/// once.
public final class ConfigReader {
  private static final int ADDRESSES_MAX = 64;
  private static final Set<String> LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private final Map<String, String> environment;
  private final List<String> errors = new ArrayList<>();

  private ConfigReader(Map<String, String> environment) {
    this.environment = environment;
  }

  /// What was read.
  public sealed interface Reading {
    record Read(Config config) implements Reading {}

    /// Nothing is used.
    ///
    /// @param errors one line each, naming the variable
    record Refused(List<String> errors) implements Reading {
      public Refused {
        errors = List.copyOf(errors);
      }
    }
  }

  public static Reading read(Map<String, String> environment) {
    return new ConfigReader(environment).read();
  }

  private Reading read() {
    unknown();
    var listen = address(Key.LISTEN);
    var capturePort = ownPort(Key.CAPTURE_PORT);
    var agentDnsPort = ownPort(Key.AGENT_DNS_PORT);
    var metrics = address(Key.METRICS);
    var socket = socket();
    var controlPlane = endpoint();
    var controlPlaneId = spiffeId();
    var privateDir = path(Key.PRIVATE_DIR);
    var trustDir = trustDir();
    var extraRoots =
        text(Key.EXTRA_ROOTS).isEmpty() ? Optional.<Path>empty() : path(Key.EXTRA_ROOTS);
    var spoolBytes = number(Key.SPOOL_BYTES, 65_536, 1L << 30);
    var dns = text(Key.DNS).isEmpty() ? Optional.<InetSocketAddress>empty() : address(Key.DNS);
    var reserved = addresses(Key.RESERVED_ADDRESSES);
    var identity = number(Key.IDENTITY_SECONDS, 1, 3_600);
    var issue = number(Key.ISSUE_SECONDS, 1, 60);
    var drain = number(Key.DRAIN_SECONDS, 0, 3_600);
    var pod = pod();
    if (!LEVELS.contains(text(Key.LOG_LEVEL))) {
      wrong(Key.LOG_LEVEL, "ERROR, WARN, INFO, DEBUG or TRACE");
    }
    if (!errors.isEmpty()) {
      return new Reading.Refused(errors);
    }
    return new Reading.Read(
        new Config(
            listen.orElseThrow(),
            capturePort,
            agentDnsPort,
            metrics.orElseThrow(),
            socket.orElseThrow(),
            controlPlane.orElseThrow(),
            controlPlaneId,
            privateDir.orElseThrow(),
            trustDir.orElseThrow(),
            extraRoots,
            spoolBytes,
            dns,
            reserved,
            Duration.ofSeconds(identity),
            Duration.ofSeconds(issue),
            Duration.ofSeconds(drain),
            pod));
  }

  private void unknown() {
    var known = new TreeSet<String>();
    for (var key : Key.values()) {
      known.add(key.variable());
    }
    environment.keySet().stream()
        .filter(name -> name.startsWith(Key.PREFIX) && !known.contains(name))
        .sorted()
        .forEach(name -> errors.add(name + ": unknown (expected: one of the table in --help)"));
  }

  private String text(Key key) {
    var value = environment.getOrDefault(key.variable(), "");
    return value.isEmpty() ? key.fallback() : value;
  }

  private void wrong(Key key, String expected) {
    var value = text(key);
    var said = value.isEmpty() ? "missing" : value;
    errors.add(key.variable() + ": " + said + " (expected: " + expected + ")");
  }

  private Optional<InetSocketAddress> address(Key key) {
    var text = text(key);
    var colon = text.lastIndexOf(':');
    var ip = colon < 0 ? null : ip(text.substring(0, colon));
    var port = colon < 0 ? -1 : port(text.substring(colon + 1), 0);
    if (ip == null || port < 0) {
      wrong(key, "ip:port, an IPv6 address in brackets");
      return Optional.empty();
    }
    return Optional.of(new InetSocketAddress(ip, port));
  }

  private Set<InetAddress> addresses(Key key) {
    var read = new HashSet<InetAddress>();
    var text = text(key);
    for (var word : text.isEmpty() ? new String[0] : text.split(",", -1)) {
      var address = ip(word.strip());
      if (address == null || read.size() == ADDRESSES_MAX) {
        wrong(key, "at most " + ADDRESSES_MAX + " IP addresses, by comma");
        return Set.of();
      }
      read.add(address);
    }
    return read;
  }

  /// Addresses only: no name is looked up while settings are read.
  private static @Nullable InetAddress ip(String text) {
    var bare =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
    var octets = NetUtil.createByteArrayFromIpAddressString(bare);
    if (octets == null) {
      return null;
    }
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException _) {
      return null;
    }
  }

  private static int port(String text, int min) {
    if (!text.matches("[0-9]{1,5}")) {
      return -1;
    }
    var port = Integer.parseInt(text);
    return port >= min && port <= 65_535 ? port : -1;
  }

  private OptionalInt ownPort(Key key) {
    var text = text(key);
    if (text.isEmpty()) {
      return OptionalInt.empty();
    }
    var port = port(text, 1);
    if (port < 0) {
      wrong(key, "1 to 65535");
    }
    return OptionalInt.of(port);
  }

  private Optional<Path> socket() {
    var text = text(Key.SPIFFE_SOCKET);
    if (!text.startsWith("unix:///")) {
      wrong(Key.SPIFFE_SOCKET, "unix:///path");
      return Optional.empty();
    }
    return Optional.of(Path.of(text.substring("unix://".length())));
  }

  private Optional<Config.Endpoint> endpoint() {
    var text = text(Key.CONTROL_PLANE);
    var colon = text.lastIndexOf(':');
    var host = colon < 0 ? "" : text.substring(0, colon);
    var port = colon < 0 ? -1 : port(text.substring(colon + 1), 1);
    if (port < 0 || !host.matches("[A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}]")) {
      wrong(Key.CONTROL_PLANE, "host:port");
      return Optional.empty();
    }
    return Optional.of(new Config.Endpoint(host, port));
  }

  private String spiffeId() {
    var text = text(Key.CONTROL_PLANE_ID);
    try {
      return SpiffeIds.check(text);
    } catch (IllegalArgumentException _) {
      wrong(Key.CONTROL_PLANE_ID, "spiffe://trust-domain/path");
      return "";
    }
  }

  private Optional<Path> path(Key key) {
    var text = text(key);
    if (!text.startsWith("/")) {
      wrong(key, "an absolute path");
      return Optional.empty();
    }
    return Optional.of(Path.of(text));
  }

  /// Below it stands `etc/ssl/certs`: at the root of a system that would be the system's own.
  private Optional<Path> trustDir() {
    var path = path(Key.TRUST_DIR).map(Path::normalize);
    if (path.isPresent() && path.orElseThrow().getNameCount() == 0) {
      wrong(Key.TRUST_DIR, "a folder of its own");
    }
    return path;
  }

  private long number(Key key, long min, long max) {
    var text = text(key);
    var value = text.matches("[0-9]{1,12}") ? Long.parseLong(text) : -1;
    if (value < min || value > max) {
      wrong(key, min + " to " + max);
    }
    return value;
  }

  private Optional<Config.Pod> pod() {
    var uid = bounded(Key.POD_UID, 64);
    var namespace = bounded(Key.POD_NAMESPACE, 63);
    var name = bounded(Key.POD_NAME, 253);
    if (uid.isEmpty() && namespace.isEmpty() && name.isEmpty()) {
      return Optional.empty();
    }
    if (uid.isEmpty() || namespace.isEmpty() || name.isEmpty()) {
      errors.add("AMBIT_PROXY_POD_*: incomplete (expected: UID, NAMESPACE and NAME, or none)");
    }
    return Optional.of(new Config.Pod(uid, namespace, name));
  }

  private String bounded(Key key, int max) {
    var text = text(key);
    if (text.length() > max) {
      wrong(key, "at most " + max + " characters");
    }
    return text;
  }
}
