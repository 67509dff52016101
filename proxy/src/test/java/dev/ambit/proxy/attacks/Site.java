package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.UpstreamRoots;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.IssueResponse;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proxy.RawAgent;
import dev.ambit.proxy.StubUpstream;
import dev.ambit.proxy.resolve.DnsResponder;
import dev.ambit.proxy.testing.FakeControlPlane;
import dev.ambit.proxy.testing.ProxyProcess;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.spiffe.authority.DevelopmentAuthority;
import dev.ambit.spiffe.identity.PeerPolicy;
import dev.ambit.spiffe.source.SpiffeSource;
import dev.ambit.spiffe.tls.SpiffeTls;
import dev.ambit.spiffe.x509.CertificateAuthority;
import dev.ambit.spiffe.x509.Pem;
import dev.ambit.spiffe.x509.Validity;
import dev.ambit.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/// The fixture of the matrix: GOOD (gets the canary), ECHO (granted, reflects), RAW (records),
/// HOSTILE (malicious), EVIL (never granted), a name server and a control plane, all real servers
/// on sockets, and the proxy as a process of its own. Between two cases it asks the five oracles.
final class Site implements AutoCloseable {
  /// Reserved by the settings: what a cluster tells every pod.
  static final String NODE = "10.250.0.7";

  static final String KUBERNETES_API = "10.96.0.1";

  static final String GOOD = "api.good.test";
  static final String ECHO = "echo.good.test";
  static final String RAW = "raw.good.test";
  static final String HOSTILE = "hostile.good.test";
  static final String EVIL = "evil.test";

  private static final String FENCE = "fence.good.test";
  private static final String FENCE_PATH = "/fence/1";
  private static final Pattern LOOK = Pattern.compile("heap=(\\d+) direct=(-?\\d+)");
  private static final String CONTROL_ID = "spiffe://example.org/ambit/control";
  private static final java.time.Duration PATIENCE = java.time.Duration.ofSeconds(40);
  private static final java.time.Duration HEALTH_PATIENCE = java.time.Duration.ofSeconds(60);
  private static final java.time.Duration DESCRIPTOR_WAIT = java.time.Duration.ofSeconds(10);

  final CertificateAuthority upstreamCa;
  final StubUpstream good;
  final StubUpstream echo;
  final StubUpstream raw;
  final StubUpstream hostile;
  final StubUpstream evil;
  final DnsResponder dns;
  final FakeControlPlane plane;
  final DevelopmentAuthority spiffe;
  final ProxyProcess proxy;
  final InetSocketAddress address;
  final InetSocketAddress probes;

  private final Path dir;
  private final StubUpstream fence;
  private final SpiffeSource controlIdentity;
  private final ByteArrayOutputStream given = new ByteArrayOutputStream();
  private final List<RawAgent> agents = new ArrayList<>();
  private final List<AutoCloseable> guests = new ArrayList<>();
  private final List<String> expected = new ArrayList<>();
  private SessionId session = Samples.ONE;
  private int sessions;
  private Set<String> descriptors = Set.of();
  private int linesBefore;
  private boolean rawVisited;
  private long guestCalls;
  private long uncountedCalls;

  /// Starts everything.
  ///
  /// @param machine options of the proxy's virtual machine, beside those of the fixture
  Site(Path dir, String... machine) throws Exception {
    this(dir, Place.HERE, machine);
  }

  /// Starts everything, the proxy in its place.
  Site(Path dir, Place place, String... machine) throws Exception {
    this.dir = dir;
    spiffe = DevelopmentAuthority.start("example.org");
    spiffe.serve(dir.resolve("c.sock"), CONTROL_ID);
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
    controlIdentity = SpiffeSource.open(dir.resolve("c.sock"), java.time.Duration.ofSeconds(20));
    plane =
        new FakeControlPlane(
            new SpiffeTls(controlIdentity, PeerPolicy.of(Samples.WORKLOAD)).grpcServer());
    var validity = validity();
    upstreamCa = CertificateAuthority.create("upstreams", validity);
    good = StubUpstream.tls(upstreamCa, validity, GOOD);
    echo = StubUpstream.tls(upstreamCa, validity, ECHO);
    evil = StubUpstream.plain();
    raw = StubUpstream.plain();
    hostile = StubUpstream.plain();
    fence = StubUpstream.plain();
    dns = new DnsResponder();
    var settings = new HashMap<>(place.settings());
    settings.putAll(
        Map.ofEntries(
            entry("AMBIT_PROXY_SPIFFE_SOCKET", "unix://" + dir.resolve("p.sock")),
            entry("AMBIT_PROXY_CONTROL_PLANE", "127.0.0.1:" + plane.port()),
            entry("AMBIT_PROXY_CONTROL_PLANE_ID", CONTROL_ID),
            entry(
                "AMBIT_PROXY_PRIVATE_DIR",
                Files.createDirectories(dir.resolve("private")).toString()),
            entry(
                "AMBIT_PROXY_TRUST_DIR", Files.createDirectories(dir.resolve("trust")).toString()),
            entry("AMBIT_PROXY_LISTEN", "127.0.0.1:0"),
            entry("AMBIT_PROXY_METRICS", "127.0.0.1:0"),
            entry("AMBIT_PROXY_DNS", "127.0.0.1:" + dns.address().getPort()),
            entry("AMBIT_PROXY_ISSUE_SECONDS", "2"),
            entry("AMBIT_PROXY_LOG_LEVEL", "DEBUG"),
            entry("AMBIT_PROXY_RESERVED_ADDRESSES", NODE + "," + KUBERNETES_API)));
    place.give(dir);
    proxy = ProxyProcess.startAs(place::words, AttackedProxyMain.class, options(machine), settings);
    address = proxy.awaitReady();
    probes = proxy.awaitProbes();
    for (var upstream : List.of(good, echo, raw, hostile, evil, fence)) {
      admit(upstream.port());
    }
    behave();
    open();
    // What is opened once and kept is no leak: the first calls open it.
    for (int i = 0; i < 3; i++) {
      assertThat(fence()).isEqualTo(Seen.SERVED);
    }
    Await.until("records", () -> plane.records.size() == 6);
    awaitSettlements();
    fence.hangUp();
    begin();
  }

  /// The Workload API of the proxy goes away.
  void stopIdentities() {
    spiffe.stop(dir.resolve("p.sock"));
  }

  /// And comes back.
  void startIdentities() {
    spiffe.serve(dir.resolve("p.sock"), Samples.WORKLOAD);
  }

  private List<String> options(String... machine) {
    var options =
        new ArrayList<>(
            List.of(
                "-Xmx96m",
                "-XX:MaxDirectMemorySize=64m",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dio.netty.leakDetection.level=paranoid",
                "-Dlogback.configurationFile=ambit-proxy-logback.xml"));
    options.addAll(List.of(machine));
    return options;
  }

  /// Lets a port of 127.0.0.1 be dialled: it stands for a place on the public Internet.
  void admit(int port) throws IOException {
    tell("admit 127.0.0.1:" + port);
  }

  /// Good from now on for a day.
  static Validity validity() {
    return Validity.from(InstantSource.system().instant(), java.time.Duration.ofDays(1));
  }

  /// An envelope under the next session's name, with nothing in it but what the oracles need.
  EnvelopeZero blank() {
    session = new SessionId("01ARZ3NDEKTSV4RRFF%08d".formatted(++sessions));
    return new EnvelopeZero(session)
        .bare(
            "fence",
            Protocol.HTTP,
            FENCE,
            fence.port(),
            new UpstreamRoots.SystemRoots(),
            FENCE_PATH);
  }

  /// The envelope of the matrix, under the next session's name.
  EnvelopeZero zero() {
    return blank()
        .withCanary("items", Protocol.HTTPS, GOOD, good.port(), roots(), "/v1/items/{id}")
        .bare("echo", Protocol.HTTPS, ECHO, echo.port(), roots(), "/v1/**")
        .bare("raw", Protocol.HTTP, RAW, raw.port(), roots(), "/v1/**")
        .bare("hostile", Protocol.HTTP, HOSTILE, hostile.port(), roots(), "/v1/**");
  }

  UpstreamRoots roots() {
    return new UpstreamRoots.Bundle(Pem.certificates(List.of(upstreamCa.certificate())));
  }

  SessionId session() {
    return session;
  }

  /// The envelope of the matrix, under the name of the session that is open.
  Envelope current() {
    sessions--;
    return zero().build();
  }

  /// Opens a session with the envelope of the matrix in place of all that are open.
  void open() {
    open(zero());
  }

  /// Opens a session in place of all that are open.
  void open(EnvelopeZero envelope) {
    plane.endAll();
    plane.put(envelope.build());
    awaitImage();
  }

  /// The same, for calls that show this handle.
  void open(EnvelopeZero envelope, String handle) {
    plane.endAll();
    plane.put(envelope.build(), java.time.Duration.ofHours(1), digest(handle));
    awaitImage();
  }

  static byte[] digest(String handle) {
    return HexFormat.of().parseHex(Samples.sha256(handle));
  }

  /// Waits until the proxy has what the control plane said, and knows that it can be asked: its
  /// last heartbeat was answered on a stream that still stands.
  void awaitImage() {
    long streams;
    do {
      Await.until("answered", PATIENCE, plane::answered);
      streams = plane.hellos();
      plane.touch();
      Await.until("image", PATIENCE, () -> plane.acknowledged() == plane.version());
    } while (streams != plane.hellos());
  }

  /// The envelope of the matrix, under a name that no session has or will have.
  Envelope strange() {
    var open = session;
    var envelope = zero().build();
    session = open;
    return envelope;
  }

  private void begin() {
    given.reset();
    expected.clear();
    rawVisited = false;
    guestCalls = 0;
    uncountedCalls = 0;
    behave();
    for (var upstream : List.of(good, echo, raw, hostile, evil)) {
      upstream.forget();
    }
    plane.issues.set(0);
    plane.reservations.set(0);
    plane.reserved.set(0);
    plane.settled.clear();
    plane.records.clear();
    linesBefore = proxy.err.size();
    descriptors = descriptors();
  }

  /// Every server does what it is for.
  private void behave() {
    for (var upstream : List.of(good, raw, hostile, evil)) {
      upstream.script = StubUpstream.Conversation::answerAll;
    }
    echo.script = Site::reflect;
    dns.script = Site::resolve;
    plane.issuer = Site::canary;
    plane.ledger = FakeControlPlane.GRANTS_ALL;
    plane.answersHeartbeats = true;
    plane.lease = java.time.Duration.ofSeconds(15);
  }

  /// The reason that each call of the case must be recorded with, in order; empty for a permit.
  void expect(String... reasons) {
    expected.addAll(List.of(reasons));
  }

  /// The same reason many times.
  void expectMany(int times, String reason) {
    expected.addAll(Collections.nCopies(times, reason));
  }

  /// Calls of the case that records tell of.
  long counted() {
    return decisions().stream().mapToLong(CallDecision::getCount).sum();
  }

  /// The same of those with this reason.
  long counted(String reason) {
    return decisions().stream()
        .filter(decision -> decision.getReason().equals(reason))
        .mapToLong(CallDecision::getCount)
        .sum();
  }

  /// The case is one in which RAW may be reached.
  void rawMayBeReached() {
    rawVisited = true;
  }

  /// Calls that reached an upstream of the case's own.
  void received(long calls) {
    guestCalls += calls;
  }

  /// Calls of sessions that count none.
  void uncounted(long calls) {
    uncountedCalls += calls;
  }

  /// Closed when the case is over.
  <T extends AutoCloseable> T keep(T opened) {
    guests.add(opened);
    return opened;
  }

  RawAgent agent() throws IOException {
    return agent(address);
  }

  /// An agent that dials there.
  RawAgent agent(InetSocketAddress to) throws IOException {
    return kept(RawAgent.connect(to, given));
  }

  /// Closed when the case is over.
  RawAgent kept(RawAgent agent) {
    agents.add(agent);
    return agent;
  }

  /// One answer to these bytes.
  RawAgent.Answer ask(String bytes) throws IOException {
    return agent().send(bytes).answer();
  }

  /// An agent whose CONNECT was answered with 200.
  RawAgent tunnel(String authority) throws IOException {
    var agent = agent();
    agent.send("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n");
    var head = agent.head();
    if (!head.startsWith("HTTP/1.1 200 ")) {
      throw new AssertionError("no tunnel: " + head);
    }
    return agent;
  }

  /// An agent inside TLS to one of the upstreams.
  RawAgent inside(String host, int port) throws IOException, GeneralSecurityException {
    return kept(tunnel(host + ":" + port).tls(podCertificate(), host));
  }

  RawAgent insideGood() throws IOException, GeneralSecurityException {
    return inside(GOOD, good.port());
  }

  String goodHost() {
    return GOOD + ":" + good.port();
  }

  String rawHost() {
    return RAW + ":" + raw.port();
  }

  X509Certificate podCertificate() throws IOException, GeneralSecurityException {
    return Certificates.read(dir.resolve("trust").resolve("ca.pem"));
  }

  /// The folder that only the proxy reads.
  Path privateDir() {
    return dir.resolve("private");
  }

  /// What the proxy logged since the case began.
  List<String> logged() {
    return proxy.err.stream().skip(linesBefore).toList();
  }

  /// A page of the admin port, also given to the agent: that is who may ask for it.
  String page(String name) throws IOException {
    var page = ProxyProcess.ask(probes, name);
    given.write(page.getBytes(ISO_8859_1));
    return page;
  }

  /// Waits until the proxy answers its readiness so.
  void awaitHealth(int status) {
    Await.until(
        "health " + status,
        HEALTH_PATIENCE,
        () -> {
          try {
            return page("/readyz").startsWith("HTTP/1.1 " + status);
          } catch (IOException failed) {
            throw new AssertionError(failed);
          }
        });
  }

  /// Tells the process something and waits until it is done.
  String tell(String what) throws IOException {
    var from = proxy.out.size();
    proxy.say(what);
    Await.until(what, () -> proxy.out.stream().skip(from).anyMatch(("done " + what)::equals));
    return proxy.out.get(from);
  }

  /// The oracles. Leaves everything as it was before the case, with a new session.
  void judge() throws Exception {
    Seen seen;
    try {
      seen = look();
    } finally {
      begin();
    }
    if (!seen.violations().isEmpty()) {
      throw new AssertionError(String.join("\n", seen.violations()) + "\n" + seen.story());
    }
  }

  private Seen look() throws Exception {
    for (var agent : agents) {
      agent.close();
    }
    agents.clear();
    awaitRecords();
    for (var upstream : List.of(good, echo, raw, hostile, evil)) {
      upstream.hangUp();
    }
    for (var guest : guests.reversed()) {
      guest.close();
    }
    guests.clear();
    awaitSettlements();
    var charged =
        uncountedCalls + plane.settled.stream().mapToLong(SettleRequest::getCallsSpent).sum();
    behave();
    open();
    var answer = fence();
    fence.hangUp();
    // The fence's own records are the last: whatever came besides belongs to the case.
    if (answer.equals(Seen.SERVED)) {
      Await.until("the fence's records", () -> plane.records.size() - caseRecords().size() == 2);
    }
    awaitSettlements();
    var records = caseRecords();
    return new Seen(
        visits(),
        left(records),
        records,
        List.copyOf(expected),
        answer,
        machine(),
        charged,
        guestCalls
            + List.of(good, echo, raw, hostile).stream()
                .mapToLong(upstream -> upstream.served.get())
                .sum());
  }

  private Map<String, Integer> visits() {
    var visits = new LinkedHashMap<String, Integer>();
    visits.put("EVIL", evil.connections.get());
    if (!rawVisited) {
      visits.put("RAW", raw.connections.get());
    }
    return visits;
  }

  private Map<String, byte[]> left(List<AuditRecord> records) throws IOException {
    var left = new LinkedHashMap<String, byte[]>();
    left.put("what the agent was given", given.toByteArray());
    left.put("the log", String.join("\n", logged()).getBytes(ISO_8859_1));
    left.put("standard output", String.join("\n", proxy.out).getBytes(ISO_8859_1));
    left.put("metrics", ProxyProcess.ask(probes, "/metrics").getBytes(ISO_8859_1));
    var written = new ByteArrayOutputStream();
    for (var record : records) {
      written.write(record.toByteArray());
    }
    left.put("the records", written.toByteArray());
    return left;
  }

  /// Every call has its decision, and every permit its end.
  private void awaitRecords() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!recorded() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(2_000_000);
    }
  }

  private boolean recorded() {
    var records = caseRecords();
    var opened = records.stream().filter(AuditRecord::hasOpaqueOpening).count();
    var decided = opened + records.stream().mapToLong(one -> one.getDecision().getCount()).sum();
    var permitted =
        opened + records.stream().filter(one -> one.getDecision().getPermitted()).count();
    var ended =
        records.stream().filter(one -> one.hasCompletion() || one.hasOpaqueClosing()).count();
    return decided >= expected.size() && ended == permitted;
  }

  private void awaitSettlements() {
    Await.until("settlements", () -> plane.settled.size() >= plane.reserved.get());
  }

  private List<AuditRecord> caseRecords() {
    var fences =
        plane.records.stream()
            .filter(one -> one.getDecision().getPath().equals(FENCE_PATH))
            .map(AuditRecord::getCallId)
            .toList();
    return plane.records.stream().filter(one -> !fences.contains(one.getCallId())).toList();
  }

  /// The n-th decision of the case; waits for it.
  CallDecision decision(int n) {
    Await.until("record " + n, () -> decisions().size() > n);
    return decisions().get(n);
  }

  private List<CallDecision> decisions() {
    return caseRecords().stream()
        .filter(AuditRecord::hasDecision)
        .map(AuditRecord::getDecision)
        .toList();
  }

  /// A granted call that has nothing to do with the case.
  private String fence() throws IOException {
    var host = FENCE + ":" + fence.port();
    try (var agent = RawAgent.connect(address)) {
      agent.send("GET http://" + host + FENCE_PATH + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      var answer = agent.answer();
      return answer.status() + " " + answer.reason();
    }
  }

  private Seen.Machine machine() throws IOException {
    long deadline = System.nanoTime() + DESCRIPTOR_WAIT.toNanos();
    while (descriptors().size() > descriptors.size() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(2_000_000);
    }
    var look = LOOK.matcher(tell("look"));
    assertThat(look.matches()).isTrue();
    var leaks = (int) logged().stream().filter(line -> line.contains("LEAK:")).count();
    return new Seen.Machine(
        Long.parseLong(look.group(1)),
        Long.parseLong(look.group(2)),
        leaks,
        descriptors(),
        descriptors);
  }

  /// What the proxy has open but for the file of its spool, which is given back and opened anew as
  /// records come and are acknowledged.
  private Set<String> descriptors() {
    var spool = privateDir().resolve("spool") + "/";
    var open = new TreeSet<String>();
    try (var all = Files.list(Path.of("/proc", Long.toString(proxy.pid()), "fd"))) {
      for (var one : all.toList()) {
        var target = target(one);
        if (!target.startsWith(spool)) {
          open.add(one.getFileName() + " " + target);
        }
      }
    } catch (IOException gone) {
      throw new AssertionError("the proxy has ended: " + proxy.err, gone);
    }
    return open;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException _) {
      return "closed meanwhile";
    }
  }

  /// Whether the canary can still be reached in the heap; for when no session is open.
  byte[] dump() throws IOException {
    plane.endAll();
    awaitImage();
    var file = privateDir().resolve("heap.hprof");
    tell("dump " + file);
    return Files.readAllBytes(file);
  }

  /// Answers with the request, head and body.
  private static void reflect(StubUpstream.Conversation with) throws IOException {
    for (var head = with.request(); !head.isEmpty(); head = with.request()) {
      with.answer("HTTP/1.1 200 OK\r\nContent-Length: " + head.length() + "\r\n\r\n" + head);
    }
  }

  private static void resolve(DnsResponder.Query query) throws IOException {
    if (query.name().endsWith("good.test.") || query.name().equals(EVIL + ".")) {
      query.answer(DnsResponder.address(query.name(), 0, 127, 0, 0, 1));
    } else {
      query.reply(query.message(query.id(), 3, query.name()));
    }
  }

  static IssueResponse canary(IssueRequest request) {
    return IssueResponse.newBuilder()
        .setCredentialId("01ARZ3NDEKTSV4RRFFQ69G5FCR")
        .setSessionId(request.getSessionId())
        .setGrant(request.getGrant())
        .setAuthority(request.getAuthority())
        .setHeader("authorization")
        .setValue(ByteString.copyFrom("Bearer " + Canary.VALUE, US_ASCII))
        .setExpiresIn(Duration.newBuilder().setSeconds(600))
        .build();
  }

  @Override
  public void close() throws IOException {
    proxy.close();
    plane.close();
    for (var upstream : List.of(good, echo, raw, hostile, evil, fence)) {
      upstream.close();
    }
    dns.close();
    controlIdentity.close();
    spiffe.close();
    try (var files = Files.walk(dir)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
