package dev.ambit.chaos.judge;

import dev.ambit.chaos.fault.Hop;
import dev.ambit.chaos.judge.Evidence.Arrival;
import dev.ambit.chaos.judge.Evidence.Job;
import dev.ambit.chaos.judge.Evidence.Permit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Says what did not hold in a run, from its evidence alone. Pure: knows no process and no clock.
public final class Judge {
  private static final Duration CLOCK = Duration.ofSeconds(1);
  private static final Duration CUT = Duration.ofSeconds(1);
  private static final Duration REVOKE = Duration.ofSeconds(5);
  private static final Duration BACK = Duration.ofSeconds(10);
  private static final Duration STUCK = Duration.ofSeconds(60);

  private final Evidence evidence;
  private final Bounds bounds;
  private final List<Finding> findings = new ArrayList<>();

  /// What the template of the sessions says.
  ///
  /// @param calls that a session may make in all
  /// @param writes of those by POST
  /// @param lease of a proxy
  public record Bounds(int calls, int writes, Duration lease) {}

  private Judge(Evidence evidence, Bounds bounds) {
    this.evidence = evidence;
    this.bounds = bounds;
  }

  /// Every finding, by invariant; none when all held.
  public static List<Finding> judge(Evidence evidence, Bounds bounds) {
    var judge = new Judge(evidence, bounds);
    judge.permitted();
    judge.recorded();
    judge.endedWithTheSession();
    judge.withinBudget();
    judge.back();
    judge.notStuck();
    return List.copyOf(judge.findings);
  }

  /// I1.
  private void permitted() {
    for (var arrival : evidence.arrivals()) {
      var call = evidence.calls().get(arrival.call());
      if (call == null) {
        find(Invariant.I1, arrival.at(), told(arrival) + " was made by no agent");
        continue;
      }
      var session = evidence.sessions().get(call.session());
      if (session == null) {
        find(Invariant.I1, arrival.at(), told(arrival) + " belongs to no session that was opened");
        continue;
      }
      if (!call.granted()) {
        find(
            Invariant.I1,
            arrival.at(),
            told(arrival) + " of session " + session.id() + " is granted by no envelope");
      }
      if (!call.path().equals(arrival.path()) || !call.method().equals(arrival.method())) {
        find(
            Invariant.I1,
            arrival.at(),
            told(arrival) + " was asked for as " + call.method() + " " + call.path());
      }
      if (arrival.at().isBefore(session.asked().minus(CLOCK))) {
        find(
            Invariant.I1,
            arrival.at(),
            told(arrival)
                + " came before session "
                + session.id()
                + ", asked for at "
                + session.asked());
      }
      if (arrival.at().isAfter(session.end().plus(CLOCK))) {
        find(Invariant.I1, arrival.at(), told(arrival) + " came " + after(arrival.at(), session));
      }
    }
  }

  /// I2.
  private void recorded() {
    var permits = evidence.permits().stream().collect(Collectors.groupingBy(Permit::path));
    var arrivals = evidence.arrivals().stream().collect(Collectors.groupingBy(Arrival::call));
    arrivals.forEach((id, seen) -> {
      var arrival = seen.getFirst();
      var records = permits.getOrDefault(arrival.path(), List.of());
      if (records.size() != 1) {
        find(
            Invariant.I2,
            arrival.at(),
            told(arrival) + " has " + records.size() + " durable decisions (expected: 1)");
        return;
      }
      var record = records.getFirst();
      // Whose clock was wrong can say nothing of when.
      if (record.at().isAfter(arrival.at().plus(CLOCK))
          && !disturbed(arrival.at(), arrival.at(), Hop.CLOCK)) {
        find(Invariant.I2, arrival.at(), told(arrival) + " was decided only at " + record.at());
      }
      var call = evidence.calls().get(id);
      if (call != null && !call.session().equals(record.session())) {
        find(
            Invariant.I2,
            arrival.at(),
            told(arrival)
                + " of session "
                + call.session()
                + " is recorded for session "
                + record.session());
      }
      if (seen.size() > 1 && !arrival.method().equals("GET")) {
        find(
            Invariant.I2,
            arrival.at(),
            told(arrival)
                + " arrived "
                + seen.size()
                + " times, the last at "
                + seen.getLast().at());
      }
    });
    for (var permit : evidence.permits()) {
      var completions = evidence.completions().getOrDefault(permit.record(), 0);
      if (completions != 1) {
        find(
            Invariant.I2,
            permit.at(),
            permit.method()
                + " "
                + permit.path()
                + " of session "
                + permit.session()
                + ", permitted at "
                + permit.at()
                + ", has "
                + completions
                + " completions (expected: 1)");
      }
    }
    counted();
    evidence.defects().forEach(defect -> find(Invariant.I2, evidence.over(), defect));
  }

  /// A receipt that calls its count complete has it from the records, all of them.
  private void counted() {
    var permits =
        evidence.permits().stream()
            .collect(Collectors.groupingBy(Permit::session, Collectors.counting()));
    evidence
        .receipts()
        .forEach((session, calls) -> {
          var permitted = permits.getOrDefault(session, 0L);
          var denied = evidence.denials().getOrDefault(session, 0L);
          if (calls.complete() && (calls.permitted() != permitted || calls.denied() != denied)) {
            find(
                Invariant.I2,
                evidence.over(),
                "session "
                    + session
                    + ": its receipt counts "
                    + calls.permitted()
                    + " permitted and "
                    + calls.denied()
                    + " denied calls as complete, its records "
                    + permitted
                    + " and "
                    + denied);
          }
        });
  }

  /// I3. That nothing arrives later is I1; here it is what flows and what lives on.
  private void endedWithTheSession() {
    var users = new HashMap<String, Job>();
    for (var arrival : evidence.arrivals()) {
      var call = evidence.calls().get(arrival.call());
      var session = call == null ? null : evidence.sessions().get(call.session());
      if (session == null) {
        continue;
      }
      if (!arrival.token().isEmpty()) {
        var other = users.put(arrival.token(), session);
        if (other != null && !other.id().equals(session.id())) {
          find(
              Invariant.I3,
              arrival.at(),
              told(arrival)
                  + " of session "
                  + session.id()
                  + " bears the credential of session "
                  + other.id());
        }
      }
      if (arrival.streams()
          && arrival.streamEnded().orElse(evidence.over()).isAfter(streamsDue(session.end()))) {
        find(
            Invariant.I3,
            arrival.at(),
            told(arrival)
                + " streamed until "
                + arrival.streamEnded().map(Instant::toString).orElse("the run was over")
                + ", "
                + after(arrival.streamEnded().orElse(evidence.over()), session));
      }
      var token = evidence.tokens().get(arrival.token());
      if (token != null && accepted(arrival) && arrival.at().isAfter(token.expires().plus(CLOCK))) {
        find(
            Invariant.I3,
            arrival.at(),
            told(arrival) + " was accepted after its credential died at " + token.expires());
      }
    }
    users.forEach(this::revoked);
    evidence.sessions().values().forEach(this::cut);
    evidence
        .tokens()
        .values()
        .forEach(token -> {
          if (token.revoked().isEmpty()
              && !users.containsKey(token.digest())
              && !disturbed(token.issued(), token.issued().plus(BACK), Hop.values())) {
            find(
                Invariant.I3,
                token.issued(),
                "token "
                    + token.digest()
                    + ", issued at "
                    + token.issued()
                    + " and never used, was not revoked");
          }
        });
  }

  /// Until when streams must be cut. A proxy that has no processor can cut nothing; it cuts first
  /// once it has.
  private Instant streamsDue(Instant end) {
    var due = end.plus(CUT);
    for (var disturbance : evidence.disturbances()) {
      if (touches(disturbance, Hop.PROXY)
          && disturbance.begun().isBefore(due)
          && disturbance.cleared().isAfter(end)
          && disturbance.cleared().plus(CUT).isAfter(due)) {
        due = disturbance.cleared().plus(CUT);
      }
    }
    return due;
  }

  /// An end that is asked for is an end everywhere when the leases of that moment have ended.
  private void cut(Job session) {
    var asked = session.endAsked().orElse(session.expires());
    var due = deadline(asked, bounds.lease().plus(CUT), Hop.CONTROL, Hop.PROXY, Hop.IDENTITY);
    if (asked.isBefore(session.expires())
        && session.endConfirmed().orElse(evidence.over()).isAfter(due)) {
      find(
          Invariant.I3,
          due,
          "session "
              + session.id()
              + ": its end, asked for at "
              + asked
              + ", was confirmed "
              + session.endConfirmed().map(at -> "only at " + at).orElse("never")
              + " (expected: until "
              + due
              + ")");
    }
  }

  private void revoked(String digest, Job session) {
    var token = evidence.tokens().get(digest);
    if (token == null) {
      find(
          Invariant.I3,
          session.end(),
          "token " + digest + ", used by session " + session.id() + ", was issued by nobody");
      return;
    }
    var due = deadline(session.end(), REVOKE, Hop.CONTROL, Hop.ISSUER, Hop.IDENTITY);
    var late = token.revoked().map(at -> at.isAfter(due)).orElse(token.expires().isAfter(due));
    if (late && evidence.over().isAfter(due)) {
      find(
          Invariant.I3,
          due,
          "token "
              + digest
              + " of session "
              + session.id()
              + ", which ended at "
              + session.end()
              + ", was revoked "
              + token.revoked().map(at -> "at " + at).orElse("never")
              + " (expected: until "
              + due
              + ")");
    }
  }

  /// I4.
  private void withinBudget() {
    var arrived = new HashMap<String, Set<String>>();
    var written = new HashMap<String, Set<String>>();
    for (var arrival : evidence.arrivals()) {
      var call = evidence.calls().get(arrival.call());
      if (call != null) {
        arrived.computeIfAbsent(call.session(), _ -> new HashSet<>()).add(call.id());
        if (call.method().equals("POST")) {
          written.computeIfAbsent(call.session(), _ -> new HashSet<>()).add(call.id());
        }
      }
    }
    arrived.forEach((session, calls) -> {
      overspent(session, calls, bounds.calls(), "calls");
      var job = evidence.sessions().get(session);
      if (job != null && job.reserved() >= 0 && job.reserved() < calls.size()) {
        find(
            Invariant.I4,
            evidence.over(),
            "session "
                + session
                + ": "
                + calls.size()
                + " calls arrived, of which the ledger knows "
                + job.reserved());
      }
    });
    written.forEach((session, calls) -> overspent(session, calls, bounds.writes(), "writes"));
  }

  private void overspent(String session, Set<String> calls, int budget, String what) {
    if (calls.size() > budget) {
      find(
          Invariant.I4,
          evidence.over(),
          "session "
              + session
              + ": "
              + calls.size()
              + " "
              + what
              + " arrived (expected: at most "
              + budget
              + "), among them "
              + calls.stream().sorted().skip(budget).limit(3).toList());
    }
  }

  /// I5.
  private void back() {
    for (var disturbance : evidence.disturbances()) {
      for (var proxy : evidence.proxies()) {
        var at = disturbance.back().get(proxy);
        if (at == null || at.isAfter(disturbance.cleared().plus(BACK))) {
          find(
              Invariant.I5,
              disturbance.cleared(),
              disturbance.id()
                  + " ("
                  + disturbance.what()
                  + ") cleared at "
                  + disturbance.cleared()
                  + ", but "
                  + proxy
                  + " served an ordinary call "
                  + (at == null ? "not in time" : "only at " + at));
        }
      }
    }
  }

  /// I6.
  private void notStuck() {
    for (var session : evidence.sessions().values()) {
      var due = deadline(session.end(), STUCK, Hop.values());
      if (!session.closed() && !evidence.over().isBefore(due)) {
        find(
            Invariant.I6,
            session.end(),
            "session "
                + session.id()
                + ", which ended at "
                + session.end()
                + ", is not CLOSED with a receipt at "
                + evidence.over());
      }
      session
          .endAsked()
          .filter(asked -> asked.isBefore(session.expires()))
          .ifPresent(asked -> {
            var answer = deadline(asked, STUCK, Hop.values());
            if (session.endConfirmed().orElse(evidence.over()).isAfter(answer)) {
              find(
                  Invariant.I6,
                  asked,
                  "session "
                      + session.id()
                      + ": its end, asked for at "
                      + asked
                      + ", was not confirmed until "
                      + answer);
            }
          });
    }
    for (var call : evidence.calls().values()) {
      var due = call.began().plus(STUCK);
      if (call.ended().orElse(evidence.over()).isAfter(due)) {
        find(
            Invariant.I6,
            call.began(),
            "call "
                + call.id()
                + " of session "
                + call.session()
                + " by "
                + call.proxy()
                + ", begun at "
                + call.began()
                + ", had not ended at "
                + due);
      }
    }
  }

  /// Until when something is due: within the time, or within that of service being back after each
  /// fault that was in the way.
  private Instant deadline(Instant from, Duration within, Hop... ways) {
    var due = from.plus(within);
    for (var disturbance : evidence.disturbances()) {
      var recovered = disturbance.cleared().plus(BACK);
      if (touches(disturbance, ways)
          && disturbance.begun().isBefore(due)
          && recovered.isAfter(from)
          && recovered.plus(within).isAfter(due)) {
        due = recovered.plus(within);
      }
    }
    return due;
  }

  private boolean disturbed(Instant from, Instant to, Hop... ways) {
    return evidence.disturbances().stream()
        .anyMatch(disturbance ->
            touches(disturbance, ways)
                && disturbance.begun().isBefore(to)
                && disturbance.cleared().plus(BACK).isAfter(from));
  }

  private static boolean touches(Evidence.Disturbance disturbance, Hop... ways) {
    var hops = EnumSet.noneOf(Hop.class);
    hops.addAll(List.of(ways));
    hops.retainAll(disturbance.hops());
    return !hops.isEmpty();
  }

  private static boolean accepted(Arrival arrival) {
    return arrival.status() != 0 && arrival.status() != 401;
  }

  private static String told(Arrival arrival) {
    return "call "
        + arrival.call()
        + " ("
        + arrival.method()
        + " "
        + arrival.path()
        + ", at the upstream at "
        + arrival.at()
        + ")";
  }

  private static String after(Instant at, Job session) {
    return Duration.between(session.end(), at).toMillis()
        + " ms after the end of session "
        + session.id()
        + " at "
        + session.end();
  }

  private void find(Invariant invariant, Instant at, String sentence) {
    findings.add(new Finding(invariant, at, sentence));
  }
}
