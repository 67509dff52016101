package dev.ambit.e2e.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.set.WholeSet;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.Completion;
import dev.ambit.proto.v1.ListAuditRecordsRequest;
import dev.ambit.proto.v1.StoredRecord;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Every record that the control plane holds, as one who does not believe it reads them.
record AuditTrail(List<StoredRecord> records) {
  private static final int PAGE = 1_000;
  private static final int HASH_BYTES = 32;

  AuditTrail {
    records = List.copyOf(records);
  }

  static AuditTrail of(WholeSet set) {
    var records = new ArrayList<StoredRecord>();
    var token = "";
    do {
      var page =
          set.controlPlane()
              .audit()
              .listAuditRecords(
                  ListAuditRecordsRequest.newBuilder()
                      .setPageSize(PAGE)
                      .setPageToken(token)
                      .build());
      records.addAll(page.getRecordsList());
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return new AuditTrail(records);
  }

  /// Every chain begins with 1, has no gap, and each hash is the one over what came before.
  void isWhole() {
    var chains =
        records.stream()
            .collect(
                Collectors.groupingBy(stored -> stored.getWorkload() + " " + stored.getBootId()));
    assertThat(chains).isNotEmpty();
    chains.forEach((name, chain) -> {
      var before = new byte[HASH_BYTES];
      var expected = 1L;
      for (var stored :
          chain.stream().sorted(Comparator.comparingLong(StoredRecord::getSeq)).toList()) {
        assertThat(stored.getSeq()).as(name).isEqualTo(expected++);
        before = hash(before, stored);
        assertThat(stored.getHash().toByteArray()).as(name + " " + expected).isEqualTo(before);
      }
    });
  }

  /// How many permits there are for each path.
  Map<String, Long> permits() {
    return decisions()
        .filter(record -> record.getDecision().getPermitted())
        .collect(
            Collectors.groupingBy(record -> record.getDecision().getPath(), Collectors.counting()));
  }

  /// Every permit has exactly one completion, and what was answered did arrive.
  void completesOnce(Set<String> arrived) {
    var completions = new HashMap<String, Completion>();
    for (var stored : records) {
      if (stored.getRecord().hasCompletion()) {
        var other =
            completions.put(
                stored.getRecord().getCallId(), stored.getRecord().getCompletion().getResult());
        assertThat(other).as("second completion of " + stored.getRecord().getCallId()).isNull();
      }
    }
    var unanswered = new HashSet<String>();
    decisions()
        .filter(record -> record.getDecision().getPermitted())
        .forEach(record -> {
          assertThat(completions).containsKey(record.getCallId());
          if (completions.get(record.getCallId()) == Completion.COMPLETION_ANSWERED
              && !arrived.contains(record.getDecision().getPath())) {
            unanswered.add(record.getDecision().getPath());
          }
        });
    assertThat(unanswered).as("recorded as answered, never arrived").isEmpty();
  }

  /// Whether every permit has its completion already.
  boolean complete() {
    var completed =
        records.stream()
            .map(StoredRecord::getRecord)
            .filter(AuditRecord::hasCompletion)
            .map(AuditRecord::getCallId)
            .collect(Collectors.toSet());
    return decisions()
        .filter(record -> record.getDecision().getPermitted())
        .allMatch(record -> completed.contains(record.getCallId()));
  }

  private java.util.stream.Stream<AuditRecord> decisions() {
    return records.stream().map(StoredRecord::getRecord).filter(AuditRecord::hasDecision);
  }

  private static byte[] hash(byte[] before, StoredRecord stored) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(before);
      digest.update(ByteBuffer.allocate(Long.BYTES).putLong(stored.getSeq()).array());
      digest.update(stored.getRecord().toByteArray());
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256, which every Java must have", e);
    }
  }
}
