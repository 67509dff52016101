package dev.ambit.control.closure;

import com.google.protobuf.ByteString;
import dev.ambit.control.audit.Signer;
import dev.ambit.control.session.StoredSession;
import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CredentialRow;
import dev.ambit.control.store.CredentialTable;
import dev.ambit.control.store.CutTable;
import dev.ambit.envelope.receipt.Receipt;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Writes the receipt of a session whose credentials are all settled, from the store alone.
public final class ReceiptWriter {
  /// Answers told of each credential, so that a receipt of many stays below 768 KiB.
  private static final int PROBES_OF_FEW = 9;

  private static final int FEW = 128;
  private static final int PROBES_OF_MANY = 2;
  private static final int CHAINS_MAX = 256;

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
    var receipt = receipt(session, closedAt.truncatedTo(ChronoUnit.MILLIS));
    return ByteString.copyFrom(signer.sign(Receipt.PAYLOAD_TYPE, receipt.toJson()).toJson());
  }

  private Receipt receipt(StoredSession session, Instant closedAt) {
    var id = session.id().value();
    var rows = credentials.ofSession(id);
    var probesMax = rows.size() > FEW ? PROBES_OF_MANY : PROBES_OF_FEW;
    var calls = audit.calls(id);
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
        cuts.find(id).orElseThrow().stream()
            .map(cut -> new Receipt.Cut(cut.proxy(), cut.acknowledged(), millis(cut.at())))
            .toList(),
        rows.stream().map(row -> end(row, probesMax)).toList(),
        new Receipt.Calls(calls.permitted(), calls.denied()),
        audit.mentions(id, CHAINS_MAX).stream().map(ReceiptWriter::head).toList());
  }

  private List<Receipt.EnvelopeVersion> envelopes(StoredSession session) {
    return cuts.envelopes(session.id().value()).stream()
        .map(envelope -> new Receipt.EnvelopeVersion(envelope.version(), envelope.digest()))
        .toList();
  }

  private Receipt.CredentialEnd end(CredentialRow row, int probesMax) {
    return new Receipt.CredentialEnd(
        row.id(),
        row.provider(),
        row.grant(),
        row.authority(),
        row.proxy(),
        row.askedAt(),
        row.issuedAt(),
        row.notAfter(),
        row.granted(),
        switch (row.outcome().orElseThrow()) {
          case DEAD_PROVEN -> Receipt.Outcome.DEAD_PROVEN;
          case DEAD_BY_EXPIRY -> Receipt.Outcome.DEAD_BY_EXPIRY;
        },
        row.outcomeAt().orElseThrow(),
        row.note(),
        row.revokeAttempts(),
        row.probeAttempts(),
        probes(row.id(), probesMax));
  }

  /// The first (which is the first ALIVE where there was one) and the last answers.
  private List<Receipt.Probe> probes(String credential, int countMax) {
    var all = credentials.probes(credential);
    var kept = new ArrayList<Receipt.Probe>();
    for (var n = 0; n < all.size(); n++) {
      if (n == 0 || n > all.size() - countMax) {
        var probe = all.get(n);
        kept.add(new Receipt.Probe(probe.at(), probe.answer().name(), probe.note()));
      }
    }
    return kept;
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
}
