package dev.ambit.chaos.judge;

import dev.ambit.chaos.judge.Evidence.Arrival;
import dev.ambit.chaos.judge.Evidence.Call;
import dev.ambit.chaos.judge.Evidence.Job;
import dev.ambit.chaos.judge.Evidence.Permit;
import dev.ambit.chaos.judge.Evidence.Token;
import dev.ambit.chaos.site.Office;
import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.envelope.receipt.Receipt;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import dev.ambit.proto.v1.StoredRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads what each party wrote down: agents, upstream, issuer from their files, the control plane
/// through its API.
public final class Witnesses {
  private final Map<String, Job> sessions = new LinkedHashMap<>();
  private final Map<String, Call> calls = new HashMap<>();
  private final Map<String, Arrival> arrivals = new LinkedHashMap<>();
  private final List<Permit> permits = new ArrayList<>();
  private final Map<String, Integer> completions = new HashMap<>();
  private final Map<String, Long> denials = new HashMap<>();
  private final Map<String, Receipt.Calls> receipts = new HashMap<>();
  private final Map<String, Token> tokens = new HashMap<>();
  private final List<String> defects = new ArrayList<>();

  /// The agents' log.
  public void agents(Path journal) throws IOException {
    Entry.each(journal, this::agent);
  }

  private void agent(Entry entry) {
    var session = entry.text("session");
    switch (entry.event()) {
      case "session_opened" ->
          sessions.put(
              session,
              new Job(
                  session,
                  Instant.parse(entry.text("asked")),
                  Instant.parse(entry.text("expires")),
                  Optional.empty(),
                  Optional.empty(),
                  false,
                  -1));
      case "end_asked" ->
          change(
              session,
              job ->
                  ended(job, job.endAsked().or(() -> Optional.of(entry.at())), job.endConfirmed()));
      case "end_confirmed" ->
          change(session, job -> ended(job, job.endAsked(), Optional.of(entry.at())));
      case "call_began" ->
          calls.put(
              entry.text("call"),
              new Call(
                  entry.text("call"),
                  session,
                  entry.text("proxy"),
                  entry.text("method"),
                  entry.text("path"),
                  Boolean.TRUE.equals(entry.facts().get("granted")),
                  entry.at(),
                  Optional.empty(),
                  "",
                  false));
      case "call_ended" -> {
        var began = calls.get(entry.text("call"));
        if (began != null) {
          calls.put(
              began.id(),
              new Call(
                  began.id(),
                  began.session(),
                  began.proxy(),
                  began.method(),
                  began.path(),
                  began.granted(),
                  began.began(),
                  Optional.of(entry.at()),
                  entry.text("outcome"),
                  Boolean.TRUE.equals(entry.facts().get("served"))));
        }
      }
      default -> throw new IllegalStateException("agents' log: " + entry.event());
    }
  }

  private void change(String session, java.util.function.UnaryOperator<Job> change) {
    sessions.computeIfPresent(session, (_, job) -> change.apply(job));
  }

  private static Job ended(Job job, Optional<Instant> asked, Optional<Instant> confirmed) {
    return new Job(
        job.id(), job.asked(), job.expires(), asked, confirmed, job.closed(), job.reserved());
  }

  /// The upstream's recorder.
  public void upstream(Path journal) throws IOException {
    Entry.each(journal, this::upstream);
  }

  private void upstream(Entry entry) {
    var number = entry.text("call");
    switch (entry.event()) {
      case "request" -> {
        var token = Thief.token(entry);
        var headers = entry.facts().get("headers") instanceof Map<?, ?> all ? all : Map.of();
        var path = entry.text("path");
        var query = path.indexOf('?');
        arrivals.put(
            number,
            new Arrival(
                String.valueOf(headers.get("x-call")),
                entry.text("method"),
                query < 0 ? path : path.substring(0, query),
                entry.at(),
                token.isEmpty() ? "" : Endpoints.digest(token),
                0,
                false,
                Optional.empty()));
      }
      case "answer" -> {
        var status = (int) entry.number("status");
        arrivals.computeIfPresent(
            number,
            (_, seen) ->
                seen.answered(status, seen.path().startsWith("/v1/stream") && status == 200));
      }
      case "stream_ended" ->
          arrivals.computeIfPresent(number, (_, seen) -> seen.streamedUntil(entry.at()));
      default -> {} // connections and bodies decide nothing here
    }
  }

  /// The issuer's log.
  ///
  /// @param life of every token
  public void issuer(Path journal, Duration life) throws IOException {
    Entry.each(
        journal,
        entry -> {
          var digest = entry.text("token");
          switch (entry.event()) {
            case "issue" ->
                tokens.put(
                    digest, new Token(digest, entry.at(), entry.at().plus(life), Optional.empty()));
            case "revoke" ->
                tokens.computeIfPresent(
                    digest,
                    (_, token) ->
                        token.revoked().isPresent()
                            ? token
                            : new Token(
                                digest, token.issued(), token.expires(), Optional.of(entry.at())));
            default -> {} // who asks about a token changes nothing
          }
        });
  }

  /// The audit store and the sessions, from the control plane itself.
  public void controlPlane(Office office) {
    if (!office.records(this::record)) {
      defects.add("the control plane does not hand over its records");
    }
    office
        .verify()
        .ifPresentOrElse(
            verified ->
                verified
                    .getDefectsList()
                    .forEach(defect ->
                        defects.add(
                            "audit chain "
                                + defect.getBootId()
                                + " at "
                                + defect.getSeq()
                                + ": "
                                + defect.getWhat())),
            () -> defects.add("the control plane does not verify its records"));
    for (var id : List.copyOf(sessions.keySet())) {
      office
          .get(id)
          .ifPresentOrElse(
              said -> change(id, job -> known(job, said)),
              () -> defects.add("session " + id + ": the control plane does not answer"));
    }
  }

  /// The receipts of all sessions that are closed.
  public void receipts(Office office) {
    for (var job : sessions.values()) {
      if (job.closed()) {
        office
            .receipt(job.id())
            .ifPresentOrElse(
                receipt -> receipts.put(job.id(), receipt.calls()),
                () -> defects.add("session " + job.id() + ": no receipt to be had"));
      }
    }
  }

  private static Job known(Job job, Session said) {
    return new Job(
        job.id(),
        job.asked(),
        job.expires(),
        job.endAsked(),
        job.endConfirmed(),
        said.getState() == SessionState.SESSION_STATE_CLOSED && said.getReceiptAvailable(),
        said.getBudget().getCallsReserved());
  }

  private void record(StoredRecord stored) {
    var record = stored.getRecord();
    if (record.hasDecision() && record.getDecision().getPermitted()) {
      permits.add(
          new Permit(
              record.getCallId(),
              record.getSessionId(),
              record.getDecision().getMethod(),
              record.getDecision().getPath(),
              Instant.ofEpochSecond(record.getAt().getSeconds(), record.getAt().getNanos())));
    } else if (record.hasOpaqueOpening()) {
      permits.add(
          new Permit(
              record.getCallId(),
              record.getSessionId(),
              "CONNECT",
              record.getOpaqueOpening().getAuthority(),
              Instant.ofEpochSecond(record.getAt().getSeconds(), record.getAt().getNanos())));
    } else if (record.hasDecision()) {
      denials.merge(record.getSessionId(), record.getDecision().getCount(), Long::sum);
    } else if (record.hasCompletion() || record.hasOpaqueClosing()) {
      completions.merge(record.getCallId(), 1, Integer::sum);
    }
  }

  /// What else somebody noticed.
  public void complain(String sentence) {
    defects.add(sentence);
  }

  /// All of it together.
  public Evidence evidence(
      List<Evidence.Disturbance> disturbances, List<String> proxies, Instant over) {
    return new Evidence(
        sessions,
        calls,
        List.copyOf(arrivals.values()),
        permits,
        completions,
        denials,
        receipts,
        tokens,
        disturbances,
        proxies,
        defects,
        over);
  }
}
