package dev.ambit.control.testing;

import dev.ambit.control.ControlPlane;
import dev.ambit.control.config.Settings;
import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/// A whole control plane on ports of the system's choice, with a development authority, and clients
/// of any identity.
public final class Plane implements AutoCloseable {
  public static final String CONTROL = "spiffe://example.org/control";
  public static final String OPENER = "spiffe://example.org/opener";
  public static final String AGENT = "spiffe://example.org/agent";
  public static final Duration LEASE = Duration.ofSeconds(2);

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  public static final String RESOURCES =
      """
      apiVersion: ambit.dev/v1
      kind: Target
      metadata: { name: api }
      spec: { hosts: [api.example.org], ports: [443], protocol: https }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: solo }
      spec:
        parameters:
          item: { pattern: "[0-9]{1,9}" }
        openers: ["spiffe://example.org/opener", "bootstrap"]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        limits: { ttl: 10m, maxTtl: 1h, calls: 5 }
        grants:
          - { name: read, target: api, methods: [GET], paths: ["/v1/items/{item}"], budget: { calls: 2 } }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: shared }
      spec:
        openers: ["spiffe://example.org/opener"]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        sharing: by-handle
        limits: { ttl: 10m, maxTtl: 1h }
        grants:
          - { name: read, target: api, methods: [GET], paths: ["/v1/items"] }
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: brief }
      spec:
        openers: ["spiffe://example.org/opener"]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        limits: { ttl: 2h, maxTtl: 3h, idle: 40s }
        grants:
          - { name: read, target: api, methods: [GET], paths: ["/v1/items"] }
      """;
  private static final String CREDENTIALS =
      """
      apiVersion: ambit.dev/v1
      kind: CredentialProvider
      metadata: { name: idp }
      spec:
        oauth:
          tokenEndpoint: TOKEN
          revocationEndpoint: REVOKE
          introspectionEndpoint: INTROSPECT
          roots: { file: ROOTS }
          client: { id: CLIENT, secret: { file: SECRET } }
          verifier: { id: VERIFIER, secret: { file: SECRET } }
          scopes: ["items:read"]
          lifetimeMax: 10m
          propagationBound: 1s
      ---
      apiVersion: ambit.dev/v1
      kind: SessionTemplate
      metadata: { name: paid }
      spec:
        openers: ["spiffe://example.org/opener"]
        workloads: ["spiffe://example.org/agent*"]
        binding: identity
        limits: { ttl: 30m, maxTtl: 3h }
        grants:
          - name: read
            target: api
            methods: [GET]
            paths: ["/v1/items"]
            credential: { provider: idp, lifetime: session, narrow: { scopes: ["items:read"] } }
      """;

  public final OffsetTime clock = new OffsetTime();

  /// Nanoseconds that the monotonic clock is ahead of the system's.
  public final AtomicLong ahead = new AtomicLong();

  /// What a stop on purpose grants.
  public volatile Duration handover = Duration.ZERO;

  public final Path folder;
  public final Path resources;
  private final DevelopmentAuthority authority;
  private final Map<String, SpiffeSource> sources = new HashMap<>();
  private final Deque<Runnable> open = new ArrayDeque<>();
  private ControlPlane running;

  private final Optional<Settings.Kubernetes> kubernetes;

  public Plane() throws Exception {
    this(Optional.empty());
  }

  /// @param kubernetes the cluster that it asks
  public Plane(Optional<Settings.Kubernetes> kubernetes) throws Exception {
    this.kubernetes = kubernetes;
    // Short, for the sockets in it.
    folder = Files.createTempDirectory("cp");
    resources = Files.createDirectories(folder.resolve("resources"));
    Files.writeString(resources.resolve("all.yaml"), RESOURCES);
    authority = DevelopmentAuthority.start("example.org");
    open.push(authority::close);
    source(CONTROL);
    running = ControlPlane.start(settings(), clock, this::nanos);
  }

  /// Adds the template `paid`, whose grant `read` carries a credential of this issuer.
  public void offer(FakeIssuer issuer) throws Exception {
    Files.writeString(
        resources.resolve("paid.yaml"),
        CREDENTIALS
            .replace("TOKEN", issuer.at("/token").toString())
            .replace("REVOKE", issuer.at("/revoke").toString())
            .replace("INTROSPECT", issuer.at("/introspect").toString())
            .replace("ROOTS", issuer.roots().toString())
            .replace("CLIENT", FakeIssuer.CLIENT)
            .replace("VERIFIER", FakeIssuer.VERIFIER)
            .replace("SECRET", issuer.secret().toString()));
    restart();
  }

  /// Stops and starts on the same files.
  public void restart() throws Exception {
    running.close();
    running = ControlPlane.start(settings(), clock, this::nanos);
  }

  private long nanos() {
    return System.nanoTime() + ahead.get();
  }

  public ControlPlane.Ports ports() {
    return running.ports();
  }

  public void rotate() {
    authority.rotate();
  }

  /// Puts another authority into the bundle of everyone, beside the present one.
  public void prepareAuthority() {
    authority.prepareAuthority();
  }

  /// What the command line finds in the access folder.
  public String access(String name) throws IOException {
    return Files.readString(folder.resolve("access").resolve(name), StandardCharsets.US_ASCII)
        .strip();
  }

  public SpiffeTls tls(String id) throws Exception {
    return new SpiffeTls(source(id), PeerPolicy.of(CONTROL));
  }

  /// A channel to the port for proxies, with an identity of the trust domain.
  public ManagedChannel channel(String id, int port) throws Exception {
    return channel(id, port, 1 << 20);
  }

  /// The same, over a connection that takes so many bytes nobody reads.
  public ManagedChannel channel(String id, int port, int window) throws Exception {
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .sslContext(tls(id).grpcClient())
            .initialFlowControlWindow(window)
            .build();
    open.push(channel::shutdownNow);
    return channel;
  }

  /// Calls the port for workloads.
  public HttpResponse<String> workload(String id, String method, String path, String body)
      throws Exception {
    var tls = tls(id);
    return send(
        context(new KeyManager[] {tls.keyManager()}, tls),
        ports().workloads(),
        HttpRequest.newBuilder(),
        method,
        path,
        body);
  }

  /// Calls the port for people.
  public HttpResponse<String> person(
      Optional<String> authorization, String method, String path, String body) throws Exception {
    var request = HttpRequest.newBuilder();
    authorization.ifPresent(value -> request.header("authorization", value));
    return send(context(null, tls(OPENER)), ports().people(), request, method, path, body);
  }

  public HttpResponse<String> operator(String method, String path, String body) throws Exception {
    return person(Optional.of("Bearer " + access("token")), method, path, body);
  }

  public HttpResponse<String> admin(String method, String path)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + ports().admin() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  /// Polls until it holds.
  public static void until(String what, BooleanSupplier holds) throws InterruptedException {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError("never: " + what);
      }
      Thread.sleep(10);
    }
  }

  @Override
  public void close() throws IOException {
    running.close();
    while (!open.isEmpty()) {
      open.pop().run();
    }
    try (var files = Files.walk(folder)) {
      files.sorted((a, b) -> b.compareTo(a)).forEach(Plane::delete);
    }
  }

  private SpiffeSource source(String id) throws Exception {
    var known = sources.get(id);
    if (known != null) {
      return known;
    }
    var socket = folder.resolve("s" + sources.size());
    authority.serve(socket, id);
    var source = SpiffeSource.open(socket, PATIENCE);
    open.push(source::close);
    sources.put(id, source);
    return source;
  }

  private Settings settings() {
    var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return new Settings(
        any,
        any,
        any,
        any,
        folder.resolve("s0"),
        folder.resolve("a.db"),
        resources,
        folder.resolve("keys"),
        Optional.of(folder.resolve("access")),
        Optional.of(Duration.ofHours(1)),
        LEASE,
        handover,
        List.of(),
        PATIENCE,
        kubernetes);
  }

  private static HttpResponse<String> send(
      SSLContext context,
      int port,
      HttpRequest.Builder request,
      String method,
      String path,
      String body)
      throws IOException, InterruptedException {
    try (var http = HttpClient.newBuilder().sslContext(context).build()) {
      return http.send(
          request
              .uri(URI.create("https://127.0.0.1:" + port + path))
              .header("content-type", "application/json")
              .timeout(PATIENCE)
              .method(
                  method,
                  body.isEmpty()
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  private static SSLContext context(KeyManager[] keys, SpiffeTls tls)
      throws GeneralSecurityException {
    var context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {tls.trustManager()}, null);
    return context;
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
