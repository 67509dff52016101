package dev.ambit.proxy.attacks;

import com.google.protobuf.TextFormat;
import dev.ambit.proto.v1.AuditRecord;
import dev.ambit.proto.v1.Completion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// What could be seen from outside once a case was over, and what the five oracles say of it. Pure.
///
/// @param visits connections that reached upstreams which nothing may reach, by name
/// @param bytes everything that left the proxy on another way than to an upstream, by what it is
/// @param records of this case, in order
/// @param expected one per call, in any order: the reason of its denial, empty for a permit
/// @param answer status and reason that a granted call got after the case
/// @param machine the process, after the case
/// @param charged calls that were charged to the session's budget
/// @param received calls that reached granted upstreams
record Seen(
    Map<String, Integer> visits,
    Map<String, byte[]> bytes,
    List<AuditRecord> records,
    List<String> expected,
    String answer,
    Machine machine,
    long charged,
    long received) {
  /// What the heap may hold after a collection.
  static final long HEAP_BYTES_MAX = 64L << 20;

  /// The answer of a proxy that serves.
  static final String SERVED = "200 ";

  private static final int STORY_RECORDS = 20;

  static final long DIRECT_BYTES_MAX = 48L << 20;

  /// The process of the proxy.
  ///
  /// @param leaks lines of its log that report a leaked buffer
  /// @param descriptors what is open now, `before` what was before the case: number and what it is
  ///   of
  record Machine(
      long heapBytes, long directBytes, int leaks, Set<String> descriptors, Set<String> before) {
    private Set<String> opened() {
      var opened = new TreeSet<>(descriptors);
      opened.removeAll(before);
      return opened;
    }
  }

  /// What must not be; empty when all is well.
  List<String> violations() {
    var wrong = new ArrayList<String>();
    visits.forEach((who, times) -> {
      if (times > 0) {
        wrong.add("O1: " + who + " was reached " + times + " times (expected: never)");
      }
    });
    bytes.forEach((what, text) ->
        Canary.in(text).ifPresent(how -> wrong.add("O2: " + what + " holds the canary as " + how)));
    recorded(wrong);
    alive(wrong);
    if (charged != received || sent() != received) {
      wrong.add(
          "O5: %d calls charged, %d recorded as sent (expected: the %d that upstreams received)"
              .formatted(charged, sent(), received));
    }
    return wrong;
  }

  private void recorded(List<String> wrong) {
    var reasons = new TreeMap<String, Long>();
    records.stream()
        .filter(AuditRecord::hasDecision)
        .map(AuditRecord::getDecision)
        .forEach(one -> reasons.merge(one.getReason(), one.getCount(), Long::sum));
    records.stream()
        .filter(AuditRecord::hasOpaqueOpening)
        .forEach(_ -> reasons.merge("", 1L, Long::sum));
    var wanted = new TreeMap<String, Long>();
    expected.forEach(reason -> wanted.merge(reason, 1L, Long::sum));
    if (!reasons.equals(wanted)) {
      wrong.add("O3: records say " + reasons + " (expected: " + wanted + ")");
    }
    var permits =
        records.stream()
            .filter(one -> one.getDecision().getPermitted() || one.hasOpaqueOpening())
            .map(AuditRecord::getCallId)
            .sorted()
            .toList();
    var ends =
        records.stream()
            .filter(one -> one.hasCompletion() || one.hasOpaqueClosing())
            .map(AuditRecord::getCallId)
            .sorted()
            .toList();
    if (!permits.equals(ends)) {
      wrong.add(
          "O3: %d completions (expected: one for each of %d permits)"
              .formatted(ends.size(), permits.size()));
    }
  }

  private void alive(List<String> wrong) {
    if (!answer.equals(SERVED)) {
      wrong.add(
          "O4: a granted call got '%s' (expected: '%s', the proxy serves on)"
              .formatted(answer, SERVED));
    }
    if (machine.heapBytes > HEAP_BYTES_MAX || machine.directBytes > DIRECT_BYTES_MAX) {
      wrong.add(
          "O4: heap "
              + machine.heapBytes
              + ", direct "
              + machine.directBytes
              + " bytes (expected: at most "
              + HEAP_BYTES_MAX
              + ", "
              + DIRECT_BYTES_MAX
              + ")");
    }
    if (machine.leaks > 0) {
      wrong.add("O4: " + machine.leaks + " leaks reported (expected: none)");
    }
    if (machine.descriptors.size() > machine.before.size()) {
      wrong.add(
          "O4: "
              + machine.descriptors.size()
              + " descriptors (expected: "
              + machine.before.size()
              + " as before), new: "
              + machine.opened());
    }
  }

  /// Calls of which a byte may have gone to an upstream.
  private long sent() {
    return records.stream()
        .filter(one ->
            (one.hasCompletion()
                    && sent(one.getCompletion().getResult(), one.getCompletion().getFailedStage()))
                || (one.hasOpaqueClosing()
                    && sent(
                        one.getOpaqueClosing().getResult(),
                        one.getOpaqueClosing().getFailedStage())))
        .count();
  }

  private static boolean sent(Completion result, String stage) {
    return switch (result) {
      case COMPLETION_NOT_SENT -> false;
      case COMPLETION_UPSTREAM_FAILED ->
          !stage.equals("resolve") && !stage.equals("connect") && !stage.equals("tls");
      default -> true;
    };
  }

  /// All of it in one text, for a test that fails.
  String story() {
    return records.stream()
        .limit(STORY_RECORDS)
        .map(one -> TextFormat.printer().emittingSingleLine(true).printToString(one))
        .collect(Collectors.joining("\n"));
  }
}
