package dev.ambit.control.closure;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.control.closure.RecordWords.Word;
import dev.ambit.control.credential.World;
import dev.ambit.control.credential.oauth.FakeIssuer;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CutTable;
import dev.ambit.control.store.OwnChain;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.Store;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.Receipt;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A receipt counts every call, or says of whom that is not known.
class ArrivalsTest {
  private static final String OTHER = "01JGGGGGGGGGGGGGGGGGGGGGG2";
  private static final ByteString GENESIS = ByteString.copyFrom(new byte[32]);

  @TempDir Path folder;
  private final Map<String, Word> said = new ConcurrentHashMap<>();
  private World world;
  private String boot = "";

  @BeforeEach
  void start() {
    world = new World(folder);
    boot = world.ids.next();
    world.cutting((_, _, _) ->
        new Cuts.CutReport(List.of(new Cuts.ProxyCut(World.PROXY, true, world.clock.instant()))));
    world.words((_, proxy, _) -> said.getOrDefault(proxy, new Word.Away()));
  }

  @AfterEach
  void stop() {
    world.close();
  }

  @Test
  void countsWhatWasStillOnItsWayWhenItsSessionWasCut() {
    var session = ended(new Word.Said(boot, 2, 0));
    record(session, 1, "permit", 1);
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    record(session, 2, "denial", 5);
    world.awaitClosed(session);
    assertThat(receipt(session).calls()).isEqualTo(new Receipt.Calls(1, 5, true));
    assertThat(receipt(session).cuts()).extracting(Receipt.Cut::recorded).containsExactly(true);
  }

  @Test
  void waitsForAProxyThatHasNotSaidHowFarItsRecordsStand() {
    var session = ended(new Word.Expected());
    world.clock.advance(World.PACE.recordsMax().minusMillis(1));
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    said.put(World.PROXY, new Word.Said(boot, 0, 0));
    world.awaitClosed(session);
    assertThat(receipt(session).calls().complete()).isTrue();
  }

  @Test
  void closesWithinTheBoundAndSaysThatTheRecordOfASilentProxyIsNotKnownToBeComplete(
      @TempDir Path keys) {
    try (var issuer = FakeIssuer.start(keys)) {
      world.offer("idp", issuer);
      said.put(World.PROXY, new Word.Expected());
      var session = world.open();
      var token = world.token(session, World.grant("read", "idp"), World.PROXY);
      world.end(session);
      // What dies does not wait for records.
      World.await("proven", () -> world.rows(session).getFirst().outcome().isPresent());
      assertThat(issuer.alive(token)).isFalse();
      assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
      world.clock.advance(World.PACE.recordsMax());
      world.awaitClosed(session);
      assertThat(receipt(session).calls()).isEqualTo(new Receipt.Calls(0, 0, false));
      assertThat(receipt(session).cuts())
          .singleElement()
          .satisfies(cut -> assertThat(cut.acknowledged()).isTrue())
          .satisfies(cut -> assertThat(cut.recorded()).isFalse());
    }
  }

  @Test
  void closesWithinTheBoundWhenAProxyDiesBetweenItsAcknowledgementAndItsLastRecord() {
    var session = ended(new Word.Said(boot, 2, 0));
    record(session, 1, "permit", 1);
    said.put(World.PROXY, new Word.Away());
    World.await("cut", () -> cut(session));
    world.clock.advance(World.PACE.recordsMax());
    world.awaitClosed(session);
    assertThat(receipt(session).calls()).isEqualTo(new Receipt.Calls(1, 0, false));
  }

  @Test
  void waitsNeitherForAProxyOfBeforeNorForOneWhoseLeaseRanOut() {
    world.cutting((_, _, _) ->
        new Cuts.CutReport(
            List.of(
                new Cuts.ProxyCut(World.PROXY, true, world.clock.instant()),
                new Cuts.ProxyCut(OTHER, false, world.clock.instant()))));
    var session = ended(new Word.Never());
    world.awaitClosed(session);
    assertThat(receipt(session).cuts())
        .extracting(Receipt.Cut::recorded)
        .containsExactly(false, false);
    assertThat(receipt(session).calls().complete()).isFalse();
  }

  @Test
  void doesNotCallCompleteWhatAProxyLostWithAProcessOfBefore() {
    var session = world.open();
    said.put(World.PROXY, new Word.Said(boot, 0, session.version()));
    world.end(session);
    world.awaitClosed(session);
    assertThat(receipt(session).calls().complete()).isFalse();
    var later = ended(new Word.Said(boot, 0, session.version()));
    world.awaitClosed(later);
    assertThat(receipt(later).calls().complete()).isTrue();
  }

  @Test
  void believesNoChainOfAnotherWorkload() {
    var session = ended(new Word.Said(boot, 1, 0));
    record(world.open(), 1, "denial", 1);
    World.await("cut", () -> cut(session));
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    world.clock.advance(World.PACE.recordsMax());
    world.awaitClosed(session);
    assertThat(receipt(session).calls().complete()).isFalse();
  }

  @Test
  void takesTheWaitUpAgainAfterARestartBetweenTheCutAndTheReceipt() {
    var session = ended(new Word.Expected());
    World.await("cut", () -> cut(session));
    said.clear();
    world.restart(() -> {});
    // The proxy attaches to the new process and says it all again.
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    said.put(World.PROXY, new Word.Said(boot, 1, 0));
    record(session, 1, "denial", 3);
    world.awaitClosed(session);
    assertThat(receipt(session).calls()).isEqualTo(new Receipt.Calls(0, 3, true));
  }

  @Test
  void givesProxiesTimeToComeBackToAProcessThatStartedLongAfterTheCut() {
    var session = ended(new Word.Expected());
    World.await("cut", () -> cut(session));
    world.closures().close();
    world.clock.advance(World.PACE.recordsMax().plusSeconds(60));
    world.restart(() -> {});
    assertThat(world.state(session)).isEqualTo(SessionState.CLOSING);
    world.clock.advance(World.PACE.recordsMax());
    world.awaitClosed(session);
    assertThat(receipt(session).calls().complete()).isFalse();
  }

  @Test
  void namesAProxyThatHadLostItsLeaseBeforeTheEndAndNoneThatWasNeverToldOfTheSession() {
    world.cutting((_, _, _) -> new Cuts.CutReport(List.of()));
    var before = key(1);
    var away = key(2);
    var later = key(3);
    proxies(before, boot, table -> table.gone(before, boot, world.clock.instant()));
    world.clock.advance(Duration.ofSeconds(1));
    var session = world.open(World.WORKLOAD);
    proxies(away, boot, table -> table.gone(away, boot, world.clock.instant()));
    world.clock.advance(Duration.ofSeconds(30));
    world.end(session);
    world.awaitClosed(session);
    proxies(later, boot, _ -> {});
    assertThat(receipt(session).cuts())
        .singleElement()
        .satisfies(cut -> assertThat(cut.proxy()).isEqualTo(away.id()))
        .satisfies(cut -> assertThat(cut.acknowledged()).isFalse())
        .satisfies(cut -> assertThat(cut.recorded()).isFalse());
    assertThat(receipt(session).calls().complete()).isFalse();
  }

  private static ProxyTable.Key key(int n) {
    return new ProxyTable.Key(World.WORKLOAD, "01JGGGGGGGGGGGGGGGGGGGGG" + "%02d".formatted(n));
  }

  private void proxies(ProxyTable.Key proxy, String boot, Consumer<ProxyTable> then) {
    try (var store = Store.open(folder.resolve("control.db"), world.clock)) {
      var table = new ProxyTable(store);
      table.attached(proxy, "", boot, world.clock.instant());
      then.accept(table);
    }
  }

  private StoredSession ended(Word word) {
    said.put(World.PROXY, word);
    var session = world.open();
    world.end(session);
    return session;
  }

  private boolean cut(StoredSession session) {
    try (var store = Store.open(folder.resolve("control.db"), world.clock)) {
      return new CutTable(store).find(session.id().value()).isPresent();
    }
  }

  private void record(StoredSession session, long seq, String kind, long weight) {
    var bytes = ByteString.copyFromUtf8(kind);
    var head =
        world
            .audit()
            .head(boot)
            .orElse(new AuditTable.Head(boot, session.workload(), World.PROXY, 0, GENESIS));
    var link =
        new AuditTable.Link(
            seq,
            OwnChain.hash(head.hash(), seq, bytes),
            bytes,
            session.id().value(),
            kind,
            weight,
            world.clock.instant(),
            false);
    assertThat(world.audit().append(head, List.of(link), world.clock.instant())).isTrue();
  }

  private Receipt receipt(StoredSession session) {
    var bytes = world.sessions().receipt(session.id()).orElseThrow().toByteArray();
    if (Dsse.parse(bytes) instanceof Parsed.Ok<Dsse>(Dsse dsse)
        && Receipt.parse(dsse.payload()) instanceof Parsed.Ok<Receipt>(Receipt receipt)) {
      return receipt;
    }
    throw new AssertionError("no receipt");
  }
}
