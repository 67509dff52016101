package dev.ambit.control.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.store.OwnChain;
import dev.ambit.control.testing.Plane;
import dev.ambit.control.testing.ScriptedProxy;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.CloseReason;
import dev.ambit.proto.v1.CloseSessionRequest;
import dev.ambit.proto.v1.CloseSessionResponse;
import dev.ambit.proto.v1.GetReceiptRequest;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.Heartbeat;
import dev.ambit.proto.v1.Hello;
import dev.ambit.proto.v1.IssueRequest;
import dev.ambit.proto.v1.Lease;
import dev.ambit.proto.v1.OpenSessionRequest;
import dev.ambit.proto.v1.OpenSessionResponse;
import dev.ambit.proto.v1.ProxyServiceGrpc;
import dev.ambit.proto.v1.ReceiptServiceGrpc;
import dev.ambit.proto.v1.RecordRequest;
import dev.ambit.proto.v1.RecordResponse;
import dev.ambit.proto.v1.Recorded;
import dev.ambit.proto.v1.ReserveRequest;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.SettleRequest;
import dev.ambit.proto.v1.Workload;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What proxies are told, over real mTLS.
class ProxyApiTest {
  private Plane plane;
  private Ids ids;
  private @Nullable ManagedChannel opener;

  @BeforeEach
  void start() throws Exception {
    plane = new Plane();
    ids = new Ids(plane.clock, new SecureRandom());
  }

  @AfterEach
  void stop() throws Exception {
    plane.close();
  }

  @Test
  void tellsAProxyItsSessionsAndNobodyElses() throws Exception {
    var before = open("solo", Plane.AGENT);
    var proxy = proxy(Plane.AGENT);
    // Deep paths are of the trust domain too.
    var deep = proxy("spiffe://example.org/ns/agents/sa/coder");
    deep.hello(ids.next(), ids.next());
    assertThat(deep.next().getSnapshot().getSessionsCount()).isZero();
    var other = proxy("spiffe://example.org/agent-2");
    proxy.hello(ids.next(), ids.next());
    other.hello(ids.next(), ids.next());
    var snapshot = proxy.next().getSnapshot();
    assertThat(snapshot.getSessionsList())
        .singleElement()
        .matches(image -> image.getSessionId().equals(before.getSession().getId()))
        .matches(image -> image.getEnvelope().equals(before.getSession().getEnvelope()))
        .matches(image -> image.getState() == SessionState.SESSION_STATE_ACTIVE)
        .matches(image -> image.getExpiresIn().getSeconds() > 590);
    assertThat(other.next().getSnapshot().getSessionsCount()).isZero();
    var later = open("shared", "spiffe://example.org/agent-2");
    var delta = other.next().getDelta();
    assertThat(delta.getVersion()).isGreaterThan(snapshot.getVersion());
    assertThat(delta.getEpoch()).isEqualTo(snapshot.getEpoch());
    assertThat(delta.getChangedList())
        .singleElement()
        .matches(image -> image.getSessionId().equals(later.getSession().getId()))
        .matches(image -> image.getHandleDigest().size() == 32);
    assertThat(later.getHandle()).hasSize(43);
    assertThat(proxy.quiet()).isTrue();
  }

  @Test
  void grantsALeaseForEachHeartbeat() throws Exception {
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    var lease = proxy.next().getLease();
    assertThat(lease.getN()).isEqualTo(1);
    assertThat(lease.getDuration().getSeconds()).isEqualTo(Plane.LEASE.toSeconds());
    proxy.beat(1);
    assertThat(proxy.failure()).hasMessageContaining("heartbeat.n: 1 (expected: more than 1)");
  }

  @Test
  void wantsAHelloFirstAndOnce() throws Exception {
    var silent = proxy(Plane.AGENT);
    silent.beat(1);
    assertThat(silent.failure()).hasMessageContaining("expected: hello first");
    var nameless = proxy(Plane.AGENT);
    nameless.hello("x", ids.next());
    assertThat(nameless.failure()).hasMessageContaining("hello.proxy_id");
  }

  @Test
  void endsAnOlderStreamOfTheSameProcess() throws Exception {
    var id = ids.next();
    var boot = ids.next();
    var older = attached(Plane.AGENT, id, boot);
    // Another workload that uses the same identifier is another proxy.
    var stranger = attached("spiffe://example.org/agent-2", id, ids.next());
    var newer = attached(Plane.AGENT, id, boot);
    assertThat(older.failure()).hasMessageContaining("attached again");
    older.beat(1);
    newer.beat(1);
    assertThat(newer.next().hasLease()).isTrue();
    assertThat(older.quiet()).as("no lease beside that of the newer stream").isTrue();
    assertThat(stranger.quiet()).isTrue();
  }

  @Test
  void refusesASecondProcessBesideOneThatIsHeardAndCountsIt() throws Exception {
    var id = ids.next();
    var first = attached(Plane.AGENT, id, ids.next());
    var second = proxy(Plane.AGENT);
    second.hello(id, ids.next());
    assertThat(second.failure()).hasMessageContaining("hello.proxy_id", "no other process");
    first.beat(1);
    assertThat(first.next().hasLease()).isTrue();
    assertThat(metrics()).contains("\nambit_proxies_doubled_total 1.0");
    plane.ahead.addAndGet(Proxies.HEARD_MAX.toNanos());
    var _ = attached(Plane.AGENT, id, ids.next());
    assertThat(first.failure()).hasMessageContaining("attached again");
  }

  @Test
  void tellsManyProxiesToSpreadTheirReturnsAndNoneThatKnowsOfNoSuchThing() throws Exception {
    assertThat(Proxies.comeBackWithin(1_250)).isEqualTo(Duration.ofSeconds(10));
    assertThat(Proxies.comeBackWithin(20_000)).isEqualTo(Proxies.RETURN_MAX);
    var older = attached(Plane.AGENT, ids.next(), ids.next());
    var newer = proxy(Plane.AGENT);
    newer.helloWithOffers(ids.next(), ids.next());
    assertThat(newer.next().hasSnapshot()).isTrue();
    newer.beat(1);
    assertThat(newer.next().getLease().hasComeBackWithin()).as("two are not many").isFalse();
    for (int i = 0; i < 13; i++) {
      var _ = attached(Plane.AGENT, ids.next(), ids.next());
    }
    var beats = new AtomicLong(1);
    Plane.until("told", () -> leaseOf(newer, beats.incrementAndGet()).hasComeBackWithin());
    assertThat(leaseOf(newer, beats.incrementAndGet()).getComeBackWithin())
        .isEqualTo(ProtoTimes.of(Duration.ofMillis(120)));
    assertThat(leaseOf(older, 1).hasComeBackWithin()).isFalse();
    plane.restart();
    var first = proxy(Plane.AGENT);
    first.helloWithOffers(ids.next(), ids.next());
    assertThat(first.next().hasSnapshot()).isTrue();
    assertThat(leaseOf(first, 1).hasComeBackWithin()).as("the others are on their way").isTrue();
  }

  private static Lease leaseOf(ScriptedProxy proxy, long beat) {
    proxy.beat(beat);
    try {
      return proxy.next().getLease();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  @Test
  void waitsForNothingOfAProxyThatTookLeave() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var id = ids.next();
    var boot = ids.next();
    var proxy = proxy(Plane.AGENT);
    proxy.helloWithOffers(id, boot);
    var snapshot = proxy.next().getSnapshot();
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    proxy.ack(snapshot.getEpoch(), snapshot.getVersion());
    proxy.detach(
        recorded(snapshot.getEpoch(), snapshot.getVersion(), 1).toBuilder()
            .setBootId(boot)
            .build());
    assertThat(proxy.completed()).isTrue();
    // The lease it had counts no more, and who stopped is known without it.
    plane.restart();
    opener = plane.channel(Plane.OPENER, plane.ports().workloads());
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    assertThat(state(session)).isEqualTo(SessionState.SESSION_STATE_CLOSING);
    record(id, boot, session, 7);
    Plane.until("closed", () -> state(session) == SessionState.SESSION_STATE_CLOSED);
    var receipt = receipt(session);
    assertThat(receipt.calls()).isEqualTo(new Receipt.Calls(0, 7, true));
    assertThat(receipt.cuts()).extracting(Receipt.Cut::acknowledged).containsExactly(true);
    assertThat(receipt.cuts()).extracting(Receipt.Cut::recorded).containsExactly(true);
  }

  @Test
  void grantsNoLeaseUnlessItHasReadAMomentAgoWhatEnded() throws Exception {
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    store("ALTER TABLE change RENAME TO away");
    Plane.until("not read", () -> !granting());
    proxy.beat(2);
    store("ALTER TABLE away RENAME TO change");
    Plane.until("read again", this::granting);
    proxy.beat(3);
    assertThat(proxy.next().getLease().getN()).isEqualTo(3);
  }

  @Test
  void lengthensTheLeaseWhenItStopsOnPurposeAndWaitsForItAfterwards() throws Exception {
    plane.handover = Duration.ofSeconds(4);
    plane.restart();
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    assertThat(proxy.next().getLease().getDuration().getSeconds())
        .isEqualTo(Plane.LEASE.toSeconds());
    plane.restart();
    var handover = proxy.next().getLease();
    assertThat(handover.getN()).isEqualTo(1);
    assertThat(handover.getDuration().getSeconds()).isEqualTo(4);
    assertThat(proxy.failure()).hasMessageContaining("UNAVAILABLE");
    var before = System.nanoTime();
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    // Counted from the new start, which came after the grant.
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThan(Plane.LEASE);
  }

  @Test
  void waitsForNoLongerLeaseOnceThoseOfBeforeHaveEnded() throws Exception {
    plane.handover = Duration.ofMinutes(5);
    plane.restart();
    var gone = attached(Plane.AGENT, ids.next(), ids.next());
    gone.beat(1);
    assertThat(gone.next().hasLease()).isTrue();
    plane.restart();
    plane.ahead.addAndGet(Duration.ofMinutes(5).toNanos());
    plane.handover = Duration.ZERO;
    Plane.until("forgotten", () -> leaseMaxMillis() == Plane.LEASE.toMillis());
  }

  @Test
  void returnsFromCloseWhenTheProxyHasAcknowledgedTheCut() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = proxy(Plane.AGENT);
    proxy.hello(ids.next(), ids.next());
    var epoch = proxy.next().getSnapshot().getEpoch();
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    var closing = closeLater(session);
    var delta = proxy.next().getDelta();
    assertThat(delta.getEndedList())
        .singleElement()
        .matches(end -> end.getReason() == CloseReason.CLOSE_REASON_REVOKED);
    assertThat(closing).isNotDone();
    proxy.ack(epoch, delta.getVersion());
    var closed = closing.get(20, TimeUnit.SECONDS).getSession();
    assertThat(closed.getCloseDetail()).isEqualTo("by " + Plane.OPENER + ": done");
  }

  @Test
  void returnsFromCloseWhenTheLeaseOfASilentProxyHasEnded() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    proxy.leave();
    var before = System.nanoTime();
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    var took = Duration.ofNanos(System.nanoTime() - before);
    assertThat(took).isBetween(Plane.LEASE.dividedBy(2), Plane.LEASE.plusSeconds(5));
  }

  @Test
  void waitsAfterARestartForProxiesThatMayHoldAnOldLease() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    plane.restart();
    var before = System.nanoTime();
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    // The lease may have been granted in the last moment before the restart.
    assertThat(Duration.ofNanos(System.nanoTime() - before))
        .isGreaterThan(Plane.LEASE.dividedBy(4));
  }

  @Test
  void refusesAnAcknowledgementOfWhatWasNeverSent() throws Exception {
    var proxy = proxy(Plane.AGENT);
    proxy.hello(ids.next(), ids.next());
    var snapshot = proxy.next().getSnapshot();
    proxy.ack(snapshot.getEpoch(), snapshot.getVersion() + 1);
    assertThat(proxy.failure()).hasMessageContaining("ack.version");
  }

  @Test
  void asksOnlyThoseForTheirRecordsWhoOfferIt() throws Exception {
    var older = proxy(Plane.AGENT);
    older.hello(ids.next(), ids.next());
    assertThat(older.next().getSnapshot().getTakesRecorded()).isFalse();
    var newer = proxy(Plane.AGENT);
    newer.helloWithOffers(ids.next(), ids.next());
    assertThat(newer.next().getSnapshot().getTakesRecorded()).isTrue();
  }

  @Test
  void refusesWordOfRecordsThatCannotBe() throws Exception {
    var unoffered = proxy(Plane.AGENT);
    unoffered.hello(ids.next(), ids.next());
    var snapshot = unoffered.next().getSnapshot();
    unoffered.ack(snapshot.getEpoch(), snapshot.getVersion());
    unoffered.recorded(recorded(snapshot.getEpoch(), snapshot.getVersion(), 0));
    assertThat(unoffered.failure()).hasMessageContaining("by a proxy that offered it");
    var early = proxy(Plane.AGENT);
    early.helloWithOffers(ids.next(), ids.next());
    snapshot = early.next().getSnapshot();
    early.ack(snapshot.getEpoch(), snapshot.getVersion());
    early.recorded(recorded(snapshot.getEpoch(), snapshot.getVersion() + 1, 0));
    assertThat(early.failure()).hasMessageContaining("expected: a version that was acknowledged");
  }

  /// The records come on a stream of their own, which may be held up while the other one goes on.
  @Test
  void closesOnlyWhenTheRecordsOfWhoAcknowledgedTheCutHaveArrived() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var id = ids.next();
    var boot = ids.next();
    var proxy = proxy(Plane.AGENT);
    proxy.helloWithOffers(id, boot);
    var epoch = proxy.next().getSnapshot().getEpoch();
    proxy.beat(1);
    assertThat(proxy.next().hasLease()).isTrue();
    var closing = closeLater(session);
    var version = proxy.next().getDelta().getVersion();
    proxy.ack(epoch, version);
    var _ = closing.get(20, TimeUnit.SECONDS);
    proxy.recorded(recorded(epoch, version, 1).toBuilder().setBootId(boot).build());
    assertThat(state(session)).isEqualTo(SessionState.SESSION_STATE_CLOSING);
    record(id, boot, session, 7);
    Plane.until("closed", () -> state(session) == SessionState.SESSION_STATE_CLOSED);
    var receipt = receipt(session);
    assertThat(receipt.calls()).isEqualTo(new Receipt.Calls(0, 7, true));
    assertThat(receipt.cuts()).extracting(Receipt.Cut::recorded).containsExactly(true);
    var next = open("solo", Plane.AGENT).getSession();
    var delta = proxy.next().getDelta();
    assertThat(delta.getEndedList()).as("the end was told before").isEmpty();
    assertThat(delta.getChangedList())
        .singleElement()
        .matches(image -> image.getSessionId().equals(next.getId()));
  }

  @Test
  void neitherWaitsForNorNamesAProxyThatLeftBeforeTheSessionWasOpened() throws Exception {
    var gone = attached(Plane.AGENT, ids.next(), ids.next());
    gone.beat(1);
    assertThat(gone.next().hasLease()).isTrue();
    gone.leave();
    Plane.until("gone", () -> metrics().contains("\nambit_proxies_attached 0.0"));
    var session = open("solo", Plane.AGENT).getSession();
    var _ = closeLater(session).get(20, TimeUnit.SECONDS);
    Plane.until("closed", () -> state(session) == SessionState.SESSION_STATE_CLOSED);
    assertThat(receipt(session).cuts()).isEmpty();
    assertThat(receipt(session).calls().complete()).isTrue();
  }

  @Test
  void reservesAndSettlesExactly() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var stub =
        ProxyServiceGrpc.newBlockingStub(plane.channel(Plane.AGENT, plane.ports().proxies()));
    var first = reserve(session, 2);
    assertThat(stub.reserve(first).getReserved().getCallsLeft()).isZero();
    assertThat(stub.reserve(first).getReserved().getCallsLeft()).isZero();
    assertThat(stub.reserve(reserve(session, 1)).getExhausted().getBudget()).isEqualTo("read");
    var _ =
        stub.settle(
            SettleRequest.newBuilder()
                .setReservationId(first.getReservationId())
                .setCallsSpent(1)
                .build());
    assertThat(stub.reserve(reserve(session, 1)).getReserved().getCallsLeft()).isZero();
    var stranger =
        ProxyServiceGrpc.newBlockingStub(
            plane.channel("spiffe://example.org/agent-2", plane.ports().proxies()));
    assertThatThrownBy(() -> stranger.reserve(reserve(session, 1)))
        .isInstanceOf(StatusRuntimeException.class)
        .hasMessageContaining("NOT_FOUND: session_id");
  }

  @Test
  void issuesNothingToWhoIsNotAttached() throws Exception {
    var session = open("solo", Plane.AGENT).getSession();
    var stub =
        ProxyServiceGrpc.newBlockingStub(plane.channel(Plane.AGENT, plane.ports().proxies()));
    var request =
        IssueRequest.newBuilder()
            .setSessionId(session.getId())
            .setGrant("read")
            .setAuthority("https://api.example.org:443")
            .setProxyId(ids.next())
            .build();
    assertThatThrownBy(() -> stub.issue(request)).hasMessageContaining("proxy_id: not attached");
    var _ = attached(Plane.AGENT, request.getProxyId(), ids.next());
    assertThatThrownBy(() -> stub.issue(request))
        .hasMessageContaining("grant: unknown (expected: one with credential)");
  }

  @Test
  void issuesACredentialAndRevokesItWhenItsProxyFallsSilent(@TempDir Path keys) throws Exception {
    try (var issuer = FakeIssuer.start(keys)) {
      plane.offer(issuer);
      var session = open("paid", Plane.AGENT).getSession();
      var stub =
          ProxyServiceGrpc.newBlockingStub(plane.channel(Plane.AGENT, plane.ports().proxies()));
      var request =
          IssueRequest.newBuilder()
              .setSessionId(session.getId())
              .setGrant("read")
              .setAuthority("https://api.example.org:443")
              .setProxyId(ids.next())
              .build();
      var _ = attached(Plane.AGENT, request.getProxyId(), ids.next());
      var issued = stub.issue(request);
      assertThat(issued.getHeader()).isEqualTo("authorization");
      var token = issued.getValue().toStringUtf8().substring("Bearer ".length());
      assertThat(issuer.alive(token)).isTrue();
      assertThat(issued.getExpiresIn().getSeconds()).isBetween(200L, 300L);
      assertThat(stub.issue(request).getCredentialId()).isEqualTo(issued.getCredentialId());
      assertThatThrownBy(() ->
              stub.issue(request.toBuilder().setAuthority("https://evil.example.org:443").build()))
          .hasMessageStartingWith("PERMISSION_DENIED: authority: ");
      assertThatThrownBy(() ->
              stub.issue(request.toBuilder().setAuthority("http://api.example.org:80").build()))
          .hasMessageStartingWith("INVALID_ARGUMENT: authority: ");
      var stranger =
          ProxyServiceGrpc.newBlockingStub(
              plane.channel("spiffe://example.org/agent-2", plane.ports().proxies()));
      assertThatThrownBy(() -> stranger.issue(request)).hasMessageContaining("not attached");

      plane.ahead.addAndGet(Presence.SILENCE_MAX.toNanos());
      Plane.until("revoked", () -> !issuer.alive(token));
      assertThatThrownBy(() -> stub.issue(request)).hasMessageContaining("not attached");
      assertThat(state(session)).isEqualTo(SessionState.SESSION_STATE_ACTIVE);
    }
  }

  @Test
  void endsAStreamThatSaysNoHello() throws Exception {
    var silent = proxy(Plane.AGENT);
    Plane.until(
        "ended",
        () -> {
          plane.ahead.addAndGet(Strangers.HELLO_MAX.toNanos());
          return !silent.quiet();
        });
    assertThat(silent.failure())
        .hasMessage("DEADLINE_EXCEEDED: hello: none (expected: within 10s)");
  }

  @Test
  void refusesAMessageThatIsTooLong() throws Exception {
    var proxy = proxy(Plane.AGENT);
    proxy.hello("x".repeat(3 << 20), ids.next());
    assertThat(proxy.failure()).hasMessageContaining("RESOURCE_EXHAUSTED");
    var wordy = proxy(Plane.AGENT);
    wordy.hello(ids.next(), "y".repeat(1_000));
    assertThat(wordy.failure()).hasMessageContaining("hello.boot_id");
  }

  @Test
  void dropsAProxyThatReadsNothing() throws Exception {
    var call =
        plane
            .channel(Plane.AGENT, plane.ports().proxies(), 65_535)
            .newCall(ProxyServiceGrpc.getAttachMethod(), CallOptions.DEFAULT);
    var ended = new CompletableFuture<Status>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            ended.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(
        AttachRequest.newBuilder()
            .setHello(Hello.newBuilder().setProxyId(ids.next()).setBootId(ids.next()))
            .build());
    Plane.until("attached", () -> metrics().contains("\nambit_proxies_attached 1.0"));
    var beats = new AtomicLong();
    Plane.until(
        "dropped",
        () -> {
          for (var i = 0; i < 200 && call.isReady(); i++) {
            call.sendMessage(
                AttachRequest.newBuilder()
                    .setHeartbeat(Heartbeat.newBuilder().setN(beats.incrementAndGet()))
                    .build());
          }
          return metrics().contains("\nambit_proxies_attached 0.0");
        });
    assertThat(ended).isNotDone();
    call.request(Integer.MAX_VALUE);
    var status = ended.get(20, TimeUnit.SECONDS);
    assertThat(status.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(status.getDescription()).isEqualTo("proxy: too slow (expected: attach again)");
  }

  @Test
  void endsASessionThatIsIdleByWhatHeartbeatsSay() throws Exception {
    var session = open("brief", Plane.AGENT).getSession();
    var proxy = attached(Plane.AGENT, ids.next(), ids.next());
    // In steps below the silence after which its workload would count as gone.
    plane.clock.advance(Duration.ofSeconds(30));
    proxy.beat(1, session.getId());
    assertThat(proxy.next().hasLease()).isTrue();
    Plane.until("written", () -> lastActivity(session) > session.getOpenedAt().getSeconds() + 25);
    plane.clock.advance(Duration.ofSeconds(30));
    assertThat(state(session)).isEqualTo(SessionState.SESSION_STATE_ACTIVE);
    plane.clock.advance(Duration.ofSeconds(20));
    Plane.until("idle", () -> state(session) != SessionState.SESSION_STATE_ACTIVE);
    assertThat(found(session).getCloseReason()).isEqualTo(CloseReason.CLOSE_REASON_IDLE);
  }

  private SessionState state(Session session) {
    return found(session).getState();
  }

  private Session found(Session session) {
    return SessionServiceGrpc.newBlockingStub(Objects.requireNonNull(opener))
        .getSession(GetSessionRequest.newBuilder().setSessionId(session.getId()).build())
        .getSession();
  }

  private String metrics() {
    try {
      return plane.admin("GET", "/metrics").body();
    } catch (IOException | InterruptedException failure) {
      throw new AssertionError(failure);
    }
  }

  private void store(String statement) {
    try (var store = DriverManager.getConnection("jdbc:sqlite:" + plane.folder.resolve("a.db"));
        var change = store.createStatement()) {
      var _ = change.execute(statement);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  private long leaseMaxMillis() {
    try (var store = DriverManager.getConnection("jdbc:sqlite:" + plane.folder.resolve("a.db"));
        var query = store.prepareStatement("SELECT lease_max_ms FROM history")) {
      return query.executeQuery().getLong(1);
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  private boolean granting() {
    try {
      return plane.admin("GET", "/readyz").statusCode() == 200;
    } catch (IOException failure) {
      throw new AssertionError(failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new AssertionError(stopped);
    }
  }

  private long lastActivity(Session session) {
    try (var store = DriverManager.getConnection("jdbc:sqlite:" + plane.folder.resolve("a.db"));
        var query = store.prepareStatement("SELECT last_activity FROM session WHERE id = ?")) {
      query.setString(1, session.getId());
      return query.executeQuery().getLong(1) / 1_000;
    } catch (SQLException failure) {
      throw new AssertionError(failure);
    }
  }

  private OpenSessionResponse open(String template, String workload) throws Exception {
    var request =
        OpenSessionRequest.newBuilder()
            .setTemplate(template)
            .setWorkload(Workload.newBuilder().setSpiffeId(workload));
    if (template.equals("solo")) {
      request.putParameters("item", "7");
    }
    var opener = plane.channel(Plane.OPENER, plane.ports().workloads());
    this.opener = opener;
    var opened = SessionServiceGrpc.newBlockingStub(opener).openSession(request.build());
    assertThat(opened.getSession().getEnvelope()).isNotEqualTo(ByteString.EMPTY);
    return opened;
  }

  private CompletableFuture<CloseSessionResponse> closeLater(Session session) throws Exception {
    var stub =
        SessionServiceGrpc.newBlockingStub(plane.channel(Plane.OPENER, plane.ports().workloads()));
    return CompletableFuture.supplyAsync(() ->
        stub.closeSession(
            CloseSessionRequest.newBuilder()
                .setSessionId(session.getId())
                .setReason(CloseReason.CLOSE_REASON_REVOKED)
                .setDetail("done")
                .build()));
  }

  private Recorded recorded(long epoch, long version, long seq) {
    return Recorded.newBuilder()
        .setEpoch(epoch)
        .setVersion(version)
        .setBootId(ids.next())
        .setSeq(seq)
        .build();
  }

  /// Sends the first record of a chain, on a stream of its own.
  private void record(String proxy, String boot, Session session, long denials) throws Exception {
    var record =
        AuditRecord.newBuilder()
            .setSessionId(session.getId())
            .setDecision(CallDecision.newBuilder().setReason("path_not_granted").setCount(denials))
            .build()
            .toByteString();
    var taken = new CompletableFuture<RecordResponse>();
    var stream =
        ProxyServiceGrpc.newStub(plane.channel(Plane.AGENT, plane.ports().proxies()))
            .record(
                new StreamObserver<>() {
                  @Override
                  public void onNext(RecordResponse response) {
                    taken.complete(response);
                  }

                  @Override
                  public void onError(Throwable failure) {
                    taken.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    stream.onNext(
        RecordRequest.newBuilder()
            .setProxyId(proxy)
            .setBootId(boot)
            .addRecords(
                ChainedRecord.newBuilder()
                    .setSeq(1)
                    .setRecord(record)
                    .setHash(OwnChain.hash(ByteString.copyFrom(new byte[32]), 1, record)))
            .build());
    assertThat(taken.get(20, TimeUnit.SECONDS).getSeq()).isEqualTo(1);
  }

  private Receipt receipt(Session session) {
    var signed =
        ReceiptServiceGrpc.newBlockingStub(Objects.requireNonNull(opener))
            .getReceipt(GetReceiptRequest.newBuilder().setSessionId(session.getId()).build())
            .getReceipt();
    if (Dsse.parse(signed.toByteArray()) instanceof Parsed.Ok<Dsse>(Dsse dsse)
        && Receipt.parse(dsse.payload()) instanceof Parsed.Ok<Receipt>(Receipt receipt)) {
      return receipt;
    }
    throw new AssertionError("no receipt");
  }

  private ReserveRequest reserve(Session session, long calls) {
    return ReserveRequest.newBuilder()
        .setReservationId(ids.next())
        .setSessionId(session.getId())
        .setGrant("read")
        .setCalls(calls)
        .build();
  }

  private ScriptedProxy proxy(String id) throws Exception {
    return new ScriptedProxy(plane.channel(id, plane.ports().proxies()));
  }

  private ScriptedProxy attached(String id, String proxyId, String boot) throws Exception {
    var proxy = proxy(id);
    proxy.hello(proxyId, boot);
    assertThat(proxy.next().hasSnapshot()).isTrue();
    return proxy;
  }
}
