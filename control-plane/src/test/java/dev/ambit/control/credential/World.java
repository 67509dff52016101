package dev.ambit.control.credential;

import com.google.protobuf.ByteString;
import dev.ambit.control.audit.Signer;
import dev.ambit.control.closure.ClosureWorker;
import dev.ambit.control.closure.Cuts;
import dev.ambit.control.closure.Pace;
import dev.ambit.control.closure.ReceiptWriter;
import dev.ambit.control.closure.RecordWords;
import dev.ambit.control.credential.oauth.Assertions;
import dev.ambit.control.credential.oauth.ClientCredentials;
import dev.ambit.control.credential.oauth.ClientProof;
import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.credential.oauth.Identity;
import dev.ambit.control.credential.oauth.IssuerHttp;
import dev.ambit.control.credential.standing.StandingKeys;
import dev.ambit.control.session.EndReason;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.session.Tripwires;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.control.store.CutTable;
import dev.ambit.control.store.OwnChain;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.Store;
import dev.ambit.control.store.SuspensionTable;
import dev.ambit.envelope.Authority;
import dev.ambit.envelope.CredentialRef;
import dev.ambit.envelope.Grant;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.PathTemplate;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import dev.ambit.resources.ProviderSpec;
import dev.ambit.resources.ProviderSpec.Client;
import dev.ambit.spiffe.source.IdentityUnavailable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// The credential side of a control plane over a real database file, one incarnation at a time:
/// [#restart] is what a new process would be.
public final class World implements AutoCloseable {
  public static final String WORKLOAD = "spiffe://example.org/agent";
  public static final String PROXY = "01JGGGGGGGGGGGGGGGGGGGGGG1";
  public static final Authority API = new Authority(Scheme.HTTPS, "api.example.org", 443);
  public static final Pace PACE =
      new Pace(
          Duration.ofMillis(20),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofMillis(5),
          Duration.ofMillis(40),
          Duration.ofSeconds(5),
          Duration.ofSeconds(60));
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  public final ManualClock clock = new ManualClock();
  public final Ids ids = new Ids(clock, new SecureRandom());
  public final Map<String, ProviderSpec> resources = new ConcurrentHashMap<>();
  private final Path folder;
  public final Circuits circuits = new Circuits();
  public volatile Identity identity =
      _ -> {
        throw new IdentityUnavailable("no identity in this test", null);
      };
  private Cuts cutting = (_, _, _) -> new Cuts.CutReport(List.of());
  private RecordWords words = (_, _, _) -> new RecordWords.Word.Never();
  private Incarnation now;

  public World(Path folder) {
    this.folder = folder;
    this.now = new Incarnation(() -> {});
  }

  /// The store of this incarnation.
  public CredentialTable credentials() {
    return now.credentials;
  }

  public SessionTable sessions() {
    return now.sessions;
  }

  public SealedBroker broker() {
    return now.broker;
  }

  public ClosureWorker closures() {
    return now.worker;
  }

  public SuspensionTable suspensions() {
    return now.suspensions;
  }

  public AuditTable audit() {
    return now.audit;
  }

  public CheckpointTable checkpoints() {
    return now.checkpoints;
  }

  public Signer signer() {
    return now.signer;
  }

  /// Who says that proxies have stopped; read at each use.
  public void cutting(Cuts cuts) {
    cutting = cuts;
  }

  /// What proxies say of their records; read at each use.
  public void words(RecordWords said) {
    words = said;
  }

  /// Drops everything in memory and starts on the file as it is.
  public void restart(Runnable fault) {
    now.close();
    now = new Incarnation(fault);
  }

  public void offer(String name, FakeIssuer issuer) {
    resources.put(name, spec(name, issuer, issuer.at("/token")));
  }

  public ProviderSpec.OAuthClientCredentials spec(String name, FakeIssuer issuer, URI token) {
    return new ProviderSpec.OAuthClientCredentials(
        name,
        token,
        issuer.at("/revoke"),
        issuer.at("/introspect"),
        Optional.of(issuer.roots()),
        new Client.Secret(FakeIssuer.CLIENT, issuer.secret()),
        new Client.Secret(FakeIssuer.VERIFIER, issuer.secret()),
        List.of("items:read", "items:write"),
        List.of(URI.create("https://api.example.org/")),
        List.of("https://api.example.org/"),
        Optional.empty(),
        Optional.empty(),
        Duration.ofMinutes(10),
        Duration.ofSeconds(5));
  }

  public StoredSession open() {
    return open(WORKLOAD + "/" + ids.next());
  }

  public StoredSession open(String workload) {
    var at = clock.instant();
    var draft =
        new StoredSession(
            new SessionId(ids.next()),
            "template",
            SessionState.ACTIVE,
            Optional.empty(),
            "",
            0,
            ByteString.copyFromUtf8("{}"),
            "ab".repeat(32),
            at,
            at.plus(Duration.ofHours(1)),
            at.plus(Duration.ofHours(2)),
            Optional.empty(),
            Optional.empty(),
            "bootstrap",
            workload,
            "",
            "somebody",
            new StoredSession.Task("T-1", "to test", ""),
            Map.of(),
            Sharing.EXCLUSIVE,
            Duration.ZERO,
            "",
            at,
            Optional.empty(),
            Tripwires.NONE);
    var opened = now.sessions.open(draft, Map.of(), Optional.empty());
    if (opened instanceof SessionTable.Opening.Opened(StoredSession session)) {
      return session;
    }
    throw new AssertionError(opened);
  }

  public void end(StoredSession session) {
    var ended =
        now.sessions.end(session.id(), EndReason.COMPLETED, "by its opener", clock.instant());
    if (!ended) {
      throw new AssertionError("not ended");
    }
    now.worker.wake(session.id());
  }

  public static Grant grant(String name, String provider) {
    var narrow = new TreeMap<String, List<String>>(Map.of("scopes", List.of("items:read")));
    return new Grant(
        name,
        "api",
        Set.of("GET"),
        List.of(PathTemplate.parse("/v1/items").orThrow()),
        OptionalLong.empty(),
        new CredentialRef(provider, narrow));
  }

  /// Asks for a credential and returns the token it carries.
  public String token(StoredSession session, Grant grant, String proxy) {
    return switch (now.broker.issue(session, grant, API, proxy, "")) {
      case Broker.Answer.Issued issued -> {
        try (var value = issued.injection().value()) {
          yield new String(value.bytes(), StandardCharsets.US_ASCII).substring("Bearer ".length());
        }
      }
      case Broker.Answer.Unavailable(String detail) -> throw new AssertionError(detail);
    };
  }

  public String refused(StoredSession session, Grant grant) {
    return switch (now.broker.issue(session, grant, API, PROXY, "")) {
      case Broker.Answer.Issued _ -> throw new AssertionError("issued");
      case Broker.Answer.Unavailable(String detail) -> detail;
    };
  }

  public List<CredentialRow> rows(StoredSession session) {
    return now.credentials.ofSession(session.id().value());
  }

  public SessionState state(StoredSession session) {
    return now.sessions.find(session.id()).orElseThrow().state();
  }

  public void awaitClosed(StoredSession session) {
    await("CLOSED", () -> state(session) == SessionState.CLOSED);
  }

  /// Polls until it holds, or fails.
  public static void await(String what, BooleanSupplier holds) {
    var end = System.nanoTime() + PATIENCE.toNanos();
    while (!holds.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not in time: " + what);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  @Override
  public void close() {
    now.close();
  }

  /// What one process holds in memory.
  private final class Incarnation implements AutoCloseable {
    private final Store store = Store.open(folder.resolve("control.db"), clock);
    private final SessionTable sessions = new SessionTable(store);
    private final OwnChain chain = new OwnChain("spiffe://example.org/control", ids.next());
    private final SuspensionTable suspensions = new SuspensionTable(store, chain);
    private final AuditTable audit = new AuditTable(store, suspensions);
    private final CutTable cuts = new CutTable(store);
    private final CheckpointTable checkpoints = new CheckpointTable(store);
    private final IssuerHttp http =
        new IssuerHttp(
            new ClientProof(audience -> identity.jwtSvid(audience), new Assertions(ids, clock)),
            Duration.ofSeconds(5),
            Duration.ofSeconds(5));
    private final CredentialTable credentials;
    private final Signer signer;
    private final ClosureWorker worker;
    private final SealedBroker broker;

    private Incarnation(Runnable fault) {
      var random = new SecureRandom();
      credentials = new CredentialTable(store, chain, fault);
      signer = Signer.open(folder, checkpoints, clock);
      var providers =
          new Providers(
              () -> resources,
              spec ->
                  switch (spec) {
                    case ProviderSpec.OAuthClientCredentials oauth ->
                        new ClientCredentials(oauth, http);
                    case ProviderSpec.StandingKey key -> new StandingKeys(key);
                  });
      var vault = Vault.open(folder, random);
      var inFlight = new InFlight();
      worker =
          new ClosureWorker(
              new ClosureWorker.Tables(sessions, credentials, cuts, audit, new ProxyTable(store)),
              (seat, opened, version) -> cutting.await(seat, opened, version),
              (workload, proxy, version) -> words.of(workload, proxy, version),
              providers,
              vault,
              inFlight,
              new ReceiptWriter(credentials, cuts, audit, signer),
              clock,
              random,
              PACE);
      var issuing =
          new Issuing(
              credentials,
              providers,
              vault,
              inFlight,
              circuits,
              ids,
              clock,
              List.of(Duration.ofMillis(5), Duration.ofMillis(5)),
              worker::wake);
      broker = new SealedBroker(credentials, providers, vault, issuing, clock, worker::wake);
      worker.start();
    }

    @Override
    public void close() {
      worker.close();
      http.close();
      store.close();
    }
  }
}
