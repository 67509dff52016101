package dev.ambit.control.audit;

import dev.ambit.control.store.AuditTable;
import dev.ambit.control.store.CheckpointTable;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.receipt.Checkpoint;
import dev.ambit.envelope.receipt.Dsse;
import dev.ambit.envelope.receipt.PublicKeys;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Walks audit chains from their first records to their heads, and holds them against every signed
/// checkpoint: whoever owns the database can recompute a chain of hashes, but not the signatures
/// over where it stood. Blocks; thread-safe.
public final class TrailCheck {
  static final int DEFECTS_MAX = 100;
  static final int RECORDS_MAX = 1_000_000;
  static final int CHECKPOINTS_MAX = 100_000;

  private static final int CHAINS_MAX = 10_000;
  private static final int PAGE = 1_000;
  private static final int CHECKPOINTS_PAGE = 100;

  private final AuditTable audit;
  private final CheckpointTable checkpoints;
  private final SigningKeys keys;

  public TrailCheck(AuditTable audit, CheckpointTable checkpoints, SigningKeys keys) {
    this.audit = audit;
    this.checkpoints = checkpoints;
    this.keys = keys;
  }

  /// Checks the chains that mention the session; empty: all.
  public Report check(String session) {
    var walk = new Walk();
    walk.signed();
    walk.heads(session).forEach(walk::chain);
    return walk.report();
  }

  /// What was checked.
  ///
  /// @param incomplete there was more than the bounds allow
  public record Report(
      int chains, long records, long checkpoints, List<Defect> defects, boolean incomplete) {
    public Report {
      defects = List.copyOf(defects);
    }
  }

  /// One place that is not as it was written.
  ///
  /// @param boot the chain; empty for a checkpoint
  /// @param seq place in the chain, or number of the checkpoint
  public record Defect(String boot, long seq, String what) {}

  /// One check.
  private final class Walk {
    private final List<Defect> defects = new ArrayList<>();
    private final Map<String, Map<Long, String>> signed = new HashMap<>();
    private int chains;
    private long records;
    private long statements;
    private boolean incomplete;

    Report report() {
      return new Report(chains, records, statements, defects, incomplete);
    }

    /// Reads what was signed about every chain, the newest checkpoint first.
    void signed() {
      var trusted = keys.published().stream().flatMap(TrailCheck::key).toList();
      var before = 0L;
      var expected = "";
      while (true) {
        var page = checkpoints.list(before, CHECKPOINTS_PAGE);
        for (var row : page) {
          if (before != 0 && row.n() != before - 1) {
            defect("", row.n() + 1, "the checkpoint before " + before + " is missing");
            expected = "";
          }
          before = row.n();
          statements++;
          expected = statement(row, trusted, expected);
        }
        if (page.size() < CHECKPOINTS_PAGE) {
          if (before > 1) {
            defect("", before - 1, "the checkpoint before " + before + " is missing");
          }
          return;
        }
        if (statements >= CHECKPOINTS_MAX) {
          incomplete = true;
          return;
        }
      }
    }

    /// Returns the digest that the checkpoint before must have; empty when that is not known.
    private String statement(CheckpointTable.Row row, List<PublicKey> trusted, String expected) {
      if (!(Dsse.parse(row.envelope().toByteArray()) instanceof Parsed.Ok<Dsse>(var dsse))
          || trusted.stream().noneMatch(dsse::verifies)
          || !(Checkpoint.parse(dsse.payload()) instanceof Parsed.Ok<Checkpoint>(var checkpoint))
          || checkpoint.n() != row.n()) {
        defect("", row.n(), "the checkpoint is not one that was signed here");
        return "";
      }
      if (!expected.isEmpty() && !expected.equals(Checkpoints.sha256(dsse.payload()))) {
        defect("", row.n(), "the checkpoint is not the one that its successor names");
      }
      for (var head : checkpoint.heads()) {
        signed
            .computeIfAbsent(head.boot(), _ -> new HashMap<>())
            .putIfAbsent(head.seq(), head.hash());
      }
      return row.n() == 1 ? "" : checkpoint.previous();
    }

    List<AuditTable.Head> heads(String session) {
      if (!session.isEmpty()) {
        return audit.mentions(session, CHAINS_MAX).stream().map(AuditTable.Mention::head).toList();
      }
      var heads = audit.heads("", CHAINS_MAX);
      var known = heads.stream().map(AuditTable.Head::boot).toList();
      signed.keySet().stream()
          .filter(boot -> !known.contains(boot) && heads.size() < CHAINS_MAX)
          .forEach(boot -> defect(boot, 0, "a chain that a checkpoint names is missing"));
      incomplete |= heads.size() == CHAINS_MAX;
      return heads;
    }

    void chain(AuditTable.Head head) {
      chains++;
      var promised = new HashMap<>(signed.getOrDefault(head.boot(), Map.of()));
      var seq = 0L;
      var page = audit.chain(head.boot(), seq, PAGE);
      while (!page.isEmpty() && records < RECORDS_MAX) {
        for (var row : page) {
          records++;
          seq = row.seq();
          var at = seq;
          Links.defect(row).ifPresent(what -> defect(head.boot(), at, what));
          var promise = promised.remove(seq);
          if (promise != null
              && !promise.equals(HexFormat.of().formatHex(row.hash().toByteArray()))) {
            defect(head.boot(), seq, "the chain is not the one that a checkpoint was signed over");
          }
        }
        page = audit.chain(head.boot(), seq, PAGE);
      }
      if (!page.isEmpty()) {
        incomplete = true;
        return;
      }
      var last = seq;
      promised.keySet().stream()
          .filter(place -> place > last)
          .findFirst()
          .ifPresent(
              place -> defect(head.boot(), place, "records that a checkpoint covers are missing"));
      if (seq != head.seq() || !audit.hash(head.boot(), seq).equals(Optional.of(head.hash()))) {
        defect(head.boot(), head.seq(), "the chain does not end where its head says");
      }
    }

    private void defect(String boot, long seq, String what) {
      if (defects.size() < DEFECTS_MAX) {
        defects.add(new Defect(boot, seq, what));
      } else {
        incomplete = true;
      }
    }
  }

  private static Stream<PublicKey> key(SigningKeys.Published published) {
    return PublicKeys.fromPem(published.pem()) instanceof Parsed.Ok<PublicKey>(var key)
        ? Stream.of(key)
        : Stream.empty();
  }
}
