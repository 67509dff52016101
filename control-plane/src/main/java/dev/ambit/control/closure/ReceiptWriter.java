package dev.ambit.control.closure;

import com.google.protobuf.ByteString;
import dev.ambit.control.audit.Signer;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.control.store.CredentialTable.Answer;
import dev.ambit.control.store.CutTable;
import dev.ambit.envelope.receipt.Receipt;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Writes the receipt of a session whose credentials are all settled, from the store alone.
public final class ReceiptWriter {
  private static final int CHAINS_MAX = 256;
  private static final int ENVELOPES_MAX = 256;
  private static final int CUTS_MAX = 256;

  private final CredentialTable credentials;
  private final CutTable cuts;
  private final AuditTable audit;
  private final Signer signer;

  public ReceiptWriter(
      CredentialTable credentials, CutTable cuts, AuditTable audit, Signer signer) {
    this.credentials = credentials;
    this.cuts = cuts;
    this.audit = audit;
    this.signer = signer;
  }

  /// The signed receipt, a DSSE envelope in JSON.
  ByteString write(StoredSession session, Instant closedAt) {
    var at = closedAt.truncatedTo(ChronoUnit.MILLIS);
    for (var depth : Depth.values()) {
      var payload = receipt(session, at, depth).toJson();
      if (payload.length <= Receipt.BYTES_MAX) {
        return ByteString.copyFrom(signer.sign(Receipt.PAYLOAD_TYPE, payload).toJson());
      }
    }
    throw new IllegalStateException(
        "receipt: too long (expected: at most " + Receipt.BYTES_MAX + " bytes)");
  }

  private Receipt receipt(StoredSession session, Instant closedAt, Depth depth) {
    var id = session.id().value();
    var calls = audit.calls(id);
    var stopped = cuts.find(id).orElseThrow().cuts();
    return new Receipt(
        id,
        session.template(),
        session.workload(),
        session.opener(),
        session.onBehalfOf(),
        new Receipt.Task(session.task().id(), session.task().purpose(), session.task().link()),
        envelopes(session),
        session.openedAt(),
        session.endedAt().orElseThrow(),
        closedAt,
        session.endReason().orElseThrow().name(),
        session.endDetail(),
        stopped.stream().limit(CUTS_MAX).map(ReceiptWriter::cut).toList(),
        credentials.ofSession(id).stream().map(row -> end(row, depth)).toList(),
        new Receipt.Calls(
            calls.permitted(), calls.denied(), stopped.stream().allMatch(CutTable.Cut::recorded)),
        audit.mentions(id, CHAINS_MAX).stream().map(ReceiptWriter::head).toList());
  }

  private static Receipt.Cut cut(CutTable.Cut cut) {
    return new Receipt.Cut(cut.proxy(), cut.acknowledged(), millis(cut.at()), cut.recorded());
  }

  private List<Receipt.EnvelopeVersion> envelopes(StoredSession session) {
    var all = cuts.envelopes(session.id().value());
    return all.subList(Math.max(0, all.size() - ENVELOPES_MAX), all.size()).stream()
        .map(envelope -> new Receipt.EnvelopeVersion(envelope.version(), envelope.digest()))
        .toList();
  }

  private Receipt.CredentialEnd end(CredentialRow row, Depth depth) {
    return new Receipt.CredentialEnd(
        row.id(),
        row.provider(),
        row.grant(),
        row.authority(),
        row.proxy(),
        row.parent(),
        row.askedAt(),
        row.issuedAt(),
        row.notAfter(),
        depth.granted ? row.granted() : List.of(),
        switch (row.outcome().orElseThrow()) {
          case DEAD_PROVEN -> Receipt.Outcome.DEAD_PROVEN;
          case DEAD_BY_EXPIRY -> Receipt.Outcome.DEAD_BY_EXPIRY;
          case OUTLIVES_SESSION -> Receipt.Outcome.OUTLIVES_SESSION;
        },
        row.outcomeAt().orElseThrow(),
        row.note(),
        row.revokeAttempts(),
        row.probeAttempts(),
        probes(row.id(), depth.lastProbes));
  }

  /// The first ALIVE, which is the positive control, and the last answers.
  private List<Receipt.Probe> probes(String credential, int last) {
    if (last == 0) {
      return List.of();
    }
    var all = credentials.probes(credential);
    var alive = all.stream().filter(probe -> probe.answer() == Answer.ALIVE).findFirst();
    var kept = new ArrayList<>(all.subList(Math.max(0, all.size() - last), all.size()));
    if (alive.isPresent() && !kept.contains(alive.get())) {
      kept.addFirst(alive.get());
    }
    return kept.stream()
        .map(probe -> new Receipt.Probe(probe.at(), probe.answer().name(), probe.note()))
        .toList();
  }

  private static Receipt.ChainHead head(AuditTable.Mention mention) {
    var head = mention.head();
    return new Receipt.ChainHead(
        head.workload(),
        head.boot(),
        head.seq(),
        HexFormat.of().formatHex(head.hash().toByteArray()),
        mention.records());
  }

  private static Instant millis(Instant at) {
    return at.truncatedTo(ChronoUnit.MILLIS);
  }

  /// How much is told of each credential, the most that fits: a receipt must be writable whatever
  /// happened.
  private enum Depth {
    FULL(8, true),
    BRIEF(1, true),
    BARE(0, false);

    private final int lastProbes;
    private final boolean granted;

    Depth(int lastProbes, boolean granted) {
      this.lastProbes = lastProbes;
      this.granted = granted;
    }
  }
}
