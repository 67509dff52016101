package dev.ambit.chaos.judge;

import dev.ambit.chaos.judge.Evidence.Arrival;
import dev.ambit.chaos.judge.Evidence.Call;
import dev.ambit.chaos.judge.Evidence.Disturbance;
import dev.ambit.chaos.judge.Evidence.Job;
import dev.ambit.chaos.judge.Evidence.Permit;
import dev.ambit.chaos.judge.Evidence.Token;
import dev.ambit.envelope.receipt.Receipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What all parties wrote of a short run, to be changed for a test: session `S1` from second 0 on,
/// ended at second 20, else by itself at second 30; the run is over at second 100.
final class Log {
  static final String TOKEN = "token-1";
  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");
  private static final String SESSION = "S1";

  private final Map<String, Job> sessions = new LinkedHashMap<>();
  private final Map<String, Call> calls = new LinkedHashMap<>();
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<Permit> permits = new ArrayList<>();
  private final Map<String, Integer> completions = new LinkedHashMap<>();
  private final Map<String, Receipt.Calls> receipts = new LinkedHashMap<>();
  private final Map<String, Token> tokens = new LinkedHashMap<>();
  private final List<Disturbance> disturbances = new ArrayList<>();
  private final List<String> defects = new ArrayList<>();

  /// A read and a write within the envelope, and the token of both revoked in time.
  static Log clean() {
    var log = new Log();
    log.session(SESSION);
    log.issued(TOKEN);
    log.revoked(TOKEN, 21);
    log.call("read", "GET", "/v1/items/read", 3).arrives().recorded();
    log.call("write", "POST", "/v1/upload/write", 4).arrives().recorded();
    return log;
  }

  static Instant at(double second) {
    return START.plusMillis(Math.round(second * 1_000));
  }

  static Map<String, Instant> back(Instant at) {
    return Map.of("proxy-1", at, "proxy-2", at);
  }

  Evidence evidence() {
    return new Evidence(
        sessions,
        calls,
        arrivals,
        permits,
        completions,
        Map.of(),
        receipts,
        tokens,
        disturbances,
        List.of("proxy-1", "proxy-2"),
        defects,
        at(100));
  }

  void session(String id) {
    sessions.put(
        id, new Job(id, at(0), at(30), Optional.of(at(19.9)), Optional.of(at(20)), true, 3));
  }

  void receipt(long permitted, long denied, boolean complete) {
    receipts.put(SESSION, new Receipt.Calls(permitted, denied, complete));
  }

  void endsByItself() {
    end(Optional.empty(), Optional.empty(), true, 3);
    revoked(TOKEN, 31);
  }

  void staysClosing() {
    end(Optional.of(at(19.9)), Optional.of(at(20)), false, 3);
  }

  void reserved(long count) {
    end(Optional.of(at(19.9)), Optional.of(at(20)), true, count);
  }

  Log endConfirmedAt(double second) {
    end(Optional.of(at(19.9)), Optional.of(at(second)), true, 3);
    revoked(TOKEN, second + 1);
    return this;
  }

  void endAskedAt(double second) {
    var job = job();
    end(Optional.of(at(second)), job.endConfirmed(), true, 3);
  }

  private void end(
      Optional<Instant> asked, Optional<Instant> confirmed, boolean closed, long reserved) {
    sessions.put(SESSION, new Job(SESSION, at(0), at(30), asked, confirmed, closed, reserved));
  }

  private Job job() {
    return sessions.getOrDefault(
        SESSION, new Job(SESSION, at(0), at(30), Optional.empty(), Optional.empty(), true, 3));
  }

  void issued(String token) {
    tokens.put(token, new Token(token, at(1), at(90), Optional.empty()));
  }

  void revoked(String token, double second) {
    tokens.put(token, new Token(token, at(1), at(90), Optional.of(at(second))));
  }

  void neverRevoked(String token) {
    tokens.put(token, new Token(token, at(1), at(90), Optional.empty()));
  }

  void disturbed(Disturbance disturbance) {
    disturbances.add(disturbance);
  }

  void complains(String defect) {
    defects.add(defect);
  }

  void without(String call) {
    calls.remove(call);
    arrivals.removeIf(arrival -> arrival.call().equals(call));
    permits.removeIf(permit -> permit.path().endsWith("/" + call));
  }

  /// A call of `S1` through proxy-1 that is served within 100 ms; what others saw of it is added by
  /// what it returns.
  Traces call(String id, String method, String path, double second) {
    calls.put(
        id,
        new Call(
            id,
            SESSION,
            "proxy-1",
            method,
            path,
            true,
            at(second),
            Optional.of(at(second + 0.1)),
            "200",
            true));
    return new Traces(id, second);
  }

  /// The traces of one call.
  final class Traces {
    private final String id;
    private final double second;

    private Traces(String id, double second) {
      this.id = id;
      this.second = second;
    }

    private Call call() {
      var call = calls.get(id);
      if (call == null) {
        throw new IllegalStateException(id + ": unmade (expected: last of its traces)");
      }
      return call;
    }

    Traces of(String session) {
      return change(session, call().granted(), call().ended());
    }

    Traces ungranted() {
      return change(call().session(), false, call().ended());
    }

    void hangs() {
      var _ = change(call().session(), call().granted(), Optional.empty());
    }

    private Traces change(String session, boolean granted, Optional<Instant> ended) {
      var call = call();
      calls.put(
          id,
          new Call(
              id,
              session,
              call.proxy(),
              call.method(),
              call.path(),
              granted,
              call.began(),
              ended,
              call.outcome(),
              call.served()));
      return this;
    }

    Traces arrives() {
      return arrive(call().path(), false, Optional.empty());
    }

    Traces arrivesAt(String path) {
      return arrive(path, false, Optional.empty());
    }

    Traces streamsUntil(double until) {
      return arrive(call().path(), true, Optional.of(at(until)));
    }

    Traces streamsForEver() {
      return arrive(call().path(), true, Optional.empty());
    }

    private Traces arrive(String path, boolean streams, Optional<Instant> ended) {
      arrivals.add(new Arrival(id, call().method(), path, at(second), TOKEN, 200, streams, ended));
      return this;
    }

    Traces recorded() {
      return recordedAt(second);
    }

    Traces recordedAt(double at) {
      var record = "record-" + id + "-" + permits.size();
      permits.add(new Permit(record, call().session(), call().method(), call().path(), at(at)));
      completions.put(record, 1);
      return this;
    }

    void completed(int times) {
      completions.put(permits.getLast().record(), times);
    }

    void unmade() {
      calls.remove(id);
    }
  }
}
