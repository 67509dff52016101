package dev.ambit.control.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import dev.ambit.control.credential.World;
import dev.ambit.control.store.OwnChain;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Checkpoint;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.PublicKeys;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.CallCompletion;
import dev.ambit.proto.v1.CallDecision;
import dev.ambit.proto.v1.ChainedRecord;
import dev.ambit.proto.v1.OpaqueClosing;
import dev.ambit.proto.v1.OpaqueOpening;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A chain goes on exactly where it stopped, in the hands that began it, or not at all.
class StoredAuditLogTest {
  private static final ByteString GENESIS = ByteString.copyFrom(new byte[32]);

  @TempDir Path folder;
  private World world;
  private StoredAuditLog log;
  private String boot = "";

  @BeforeEach
  void start() {
    world = new World(folder);
    log = new StoredAuditLog(world.audit(), world.checkpoints(), world.clock);
    boot = world.ids.next();
  }

  @AfterEach
  void stop() {
    world.close();
  }

  @Test
  void countsAnOpaqueConnectionAsOneCallOfItsSession() throws ChainBroken {
    var session = world.open(World.WORKLOAD).id().value();
    var opening = record(session).setOpaqueOpening(OpaqueOpening.getDefaultInstance()).build();
    var closing = record(session).setOpaqueClosing(OpaqueClosing.getDefaultInstance()).build();
    append(chain(opening, closing));
    assertThat(world.audit().calls(session).permitted()).isEqualTo(1);
    assertThat(world.audit().calls(session).denied()).isZero();
  }

  @Test
  void acknowledgesWhatIsDurableAndSkipsWhatItKnows() throws ChainBroken {
    var session = world.open(World.WORKLOAD).id().value();
    var chain = chain(permit(session), completion(session), denial(session, 7));
    assertThat(append(chain.subList(0, 2))).isEqualTo(2);
    assertThat(append(chain.subList(0, 2))).isEqualTo(2);
    assertThat(append(chain)).isEqualTo(3);
    world.restart(() -> {});
    log = new StoredAuditLog(world.audit(), world.checkpoints(), world.clock);
    assertThat(append(chain)).isEqualTo(3);
    var calls = world.audit().calls(session);
    assertThat(calls.permitted()).isEqualTo(1);
    assertThat(calls.denied()).isEqualTo(7);
    assertThat(log.list(session, 0, 10).records())
        .extracting(record -> record.getSeq())
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void refusesAGap() throws ChainBroken {
    var chain = chain(permit(""), permit(""), permit(""));
    append(chain.subList(0, 1));
    refused(chain.subList(2, 3), "seq: 3 (expected: 2)");
    assertThat(log.broken()).isEqualTo(1);
    assertThat(append(chain.subList(1, 3))).isEqualTo(3);
  }

  @Test
  void refusesAWrongHash() {
    var chain = new ArrayList<>(chain(permit("")));
    chain.set(0, chain.getFirst().toBuilder().setHash(GENESIS).build());
    refused(chain, "hash: wrong at seq 1");
  }

  @Test
  void refusesAnotherRecordWhereOneWasAcknowledged() throws ChainBroken {
    append(chain(permit(""), permit("")));
    refused(chain(permit(""), denial("", 1)), "record: another at seq 2");
    // The right hash beside the wrong record is no better.
    var forged = chain(permit("")).getFirst().toBuilder().setRecord(ByteString.EMPTY).build();
    refused(List.of(forged), "hash: wrong at seq 1");
  }

  @Test
  void refusesAChainThatAnotherIdentityOrProxyBegan() throws ChainBroken {
    var chain = chain(permit(""), permit(""));
    append(chain.subList(0, 1));
    assertThatThrownBy(
            () -> log.append("spiffe://example.org/other", World.PROXY, boot, chain.subList(1, 2)))
        .isInstanceOf(ChainBroken.class)
        .hasMessageStartingWith("boot_id: another's chain");
    assertThatThrownBy(
            () -> log.append(World.WORKLOAD, world.ids.next(), boot, chain.subList(1, 2)))
        .isInstanceOf(ChainBroken.class);
  }

  @Test
  void refusesWhatIsNoRecordOrTooLongOrTooMuch() {
    refused(links(List.of(ByteString.copyFromUtf8("\u0001\u0002"))), "record: unreadable at seq 1");
    refused(links(List.of(ByteString.copyFrom(new byte[64 * 1_024 + 1]))), "record: 65537 bytes");
    refused(List.of(), "records: 0 (expected: 1 to 1000)");
    refused(chain(new AuditRecord[1_001]), "records: 1001");
    assertThatThrownBy(() -> log.append(World.WORKLOAD, World.PROXY, "x\n", chain(permit(""))))
        .hasMessageStartingWith("boot_id or proxy_id: malformed");
  }

  @Test
  void countsNothingForTheSessionOfAnotherWorkload() throws ChainBroken {
    var victim = world.open("spiffe://example.org/victim").id().value();
    append(chain(denial(victim, 1_000)));
    assertThat(world.audit().calls(victim).denied()).isZero();
    assertThat(log.list(victim, 0, 10).records()).isEmpty();
    assertThat(log.list("", 0, 10).records()).hasSize(1);
  }

  @Test
  void listsPageByPage() throws ChainBroken {
    append(chain(permit(""), permit(""), permit("")));
    var first = log.list("", 0, 2);
    assertThat(first.records()).hasSize(2);
    var second = log.list("", first.next(), 2);
    assertThat(second.records()).hasSize(1);
    assertThat(second.next()).isZero();
  }

  @Test
  void signsCheckpointsOverWhatMovedEachNamingTheOneBefore() throws ChainBroken {
    var checkpoints = new Checkpoints(world.checkpoints(), world.signer(), world.clock);
    assertThat(checkpoints.write()).isFalse();
    var chain = chain(permit(""), permit(""));
    append(chain.subList(0, 1));
    assertThat(checkpoints.write()).isTrue();
    assertThat(checkpoints.write()).isFalse();
    append(chain.subList(1, 2));
    assertThat(checkpoints.write()).isTrue();
    var page = log.checkpoints(0, 1);
    var second = verified(page.checkpoints().getFirst());
    var first = verified(log.checkpoints(page.next(), 1).checkpoints().getFirst());
    assertThat(first.n()).isEqualTo(1);
    assertThat(first.previous()).isEqualTo("0".repeat(64));
    assertThat(second.n()).isEqualTo(2);
    assertThat(second.previous()).isEqualTo(Checkpoints.sha256(first.toJson()));
    assertThat(second.heads())
        .singleElement()
        .satisfies(head -> {
          assertThat(head.boot()).isEqualTo(boot);
          assertThat(head.seq()).isEqualTo(2);
        });
    assertThat(log.checkpoints(page.next(), 1).next()).isZero();
    checkpoints.close();
  }

  private Checkpoint verified(ByteString envelope) {
    var dsse = Dsse.parse(envelope.toByteArray()).orThrow();
    var pem = world.signer().published().getFirst().pem();
    if (!(PublicKeys.fromPem(pem) instanceof Parsed.Ok<PublicKey>(PublicKey key))) {
      throw new AssertionError("no key");
    }
    assertThat(dsse.verifies(key)).isTrue();
    assertThat(dsse.payloadType()).isEqualTo(Checkpoint.PAYLOAD_TYPE);
    return Checkpoint.parse(dsse.payload()).orThrow();
  }

  private long append(List<ChainedRecord> records) throws ChainBroken {
    return log.append(World.WORKLOAD, World.PROXY, boot, records);
  }

  private void refused(List<ChainedRecord> records, String why) {
    assertThatThrownBy(() -> append(records))
        .isInstanceOf(ChainBroken.class)
        .hasMessageStartingWith(why);
  }

  private AuditRecord permit(String session) {
    return record(session).setDecision(CallDecision.newBuilder().setPermitted(true)).build();
  }

  private AuditRecord denial(String session, long count) {
    return record(session).setDecision(CallDecision.newBuilder().setCount(count)).build();
  }

  private AuditRecord completion(String session) {
    return record(session).setCompletion(CallCompletion.getDefaultInstance()).build();
  }

  private AuditRecord.Builder record(String session) {
    var at = world.clock.instant();
    return AuditRecord.newBuilder()
        .setCallId("C")
        .setAt(Timestamp.newBuilder().setSeconds(at.getEpochSecond()))
        .setSessionId(session);
  }

  private static List<ChainedRecord> chain(AuditRecord... records) {
    var bytes = new ArrayList<ByteString>();
    for (var record : records) {
      bytes.add(record == null ? ByteString.EMPTY : record.toByteString());
    }
    return links(bytes);
  }

  private static List<ChainedRecord> links(List<ByteString> records) {
    var chain = new ArrayList<ChainedRecord>();
    var hash = GENESIS;
    for (var record : records) {
      var seq = chain.size() + 1;
      hash = OwnChain.hash(hash, seq, record);
      chain.add(ChainedRecord.newBuilder().setSeq(seq).setRecord(record).setHash(hash).build());
    }
    return chain;
  }
}
