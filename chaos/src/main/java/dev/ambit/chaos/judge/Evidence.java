package dev.ambit.chaos.judge;

import dev.ambit.chaos.fault.Hop;
import dev.ambit.envelope.receipt.Receipt;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Everything that is known of a run when it is over, from parties that do not believe each other.
///
/// @param sessions from the orchestrator, by id
/// @param calls from the agents, by call
/// @param arrivals from the upstream's recorder, in order
/// @param permits from the audit store
/// @param completions from the audit store: how often each recorded call was completed
/// @param denials from the audit store: how many calls of each session were denied
/// @param receipts what the signed receipts count, by session
/// @param tokens from the issuer, by digest
/// @param disturbances in order
/// @param proxies names of all proxies
/// @param defects whatever else a party complains of
/// @param over when the judge stopped waiting
public record Evidence(
    Map<String, Job> sessions,
    Map<String, Call> calls,
    List<Arrival> arrivals,
    List<Permit> permits,
    Map<String, Integer> completions,
    Map<String, Long> denials,
    Map<String, Receipt.Calls> receipts,
    Map<String, Token> tokens,
    List<Disturbance> disturbances,
    List<String> proxies,
    List<String> defects,
    Instant over) {
  public Evidence {
    sessions = Map.copyOf(sessions);
    calls = Map.copyOf(calls);
    arrivals = List.copyOf(arrivals);
    permits = List.copyOf(permits);
    completions = Map.copyOf(completions);
    denials = Map.copyOf(denials);
    receipts = Map.copyOf(receipts);
    tokens = Map.copyOf(tokens);
    disturbances = List.copyOf(disturbances);
    proxies = List.copyOf(proxies);
    defects = List.copyOf(defects);
  }

  /// A session.
  ///
  /// @param asked when it was asked for
  /// @param expires when it ends by itself
  /// @param endAsked when its end was asked for the first time
  /// @param endConfirmed when the control plane said that every proxy has cut
  /// @param closed whether it was CLOSED with a receipt when the run was over
  /// @param reserved calls that the ledger says were reserved; negative when it was not asked
  public record Job(
      String id,
      Instant asked,
      Instant expires,
      Optional<Instant> endAsked,
      Optional<Instant> endConfirmed,
      boolean closed,
      long reserved) {
    /// When its authority ended, for all that anybody was told.
    Instant end() {
      return endConfirmed.filter(confirmed -> confirmed.isBefore(expires)).orElse(expires);
    }
  }

  /// A call as its agent saw it.
  ///
  /// @param ended absent: it never came back
  /// @param served whether the upstream's answer came through
  public record Call(
      String id,
      String session,
      String proxy,
      String method,
      String path,
      boolean granted,
      Instant began,
      Optional<Instant> ended,
      String outcome,
      boolean served) {}

  /// A request head that reached the upstream.
  ///
  /// @param token digest of its credential; empty when it had none
  /// @param status of the answer; 0 when there was none
  /// @param streamEnded when its stream ended, if it was one
  /// @param streams whether its answer was a stream
  public record Arrival(
      String call,
      String method,
      String path,
      Instant at,
      String token,
      int status,
      boolean streams,
      Optional<Instant> streamEnded) {
    Arrival answered(int with, boolean asStream) {
      return new Arrival(call, method, path, at, token, with, asStream, Optional.empty());
    }

    Arrival streamedUntil(Instant end) {
      return new Arrival(call, method, path, at, token, status, true, Optional.of(end));
    }
  }

  /// The record of a decision that let a call pass.
  ///
  /// @param record its identifier, which its completion bears, too
  public record Permit(String record, String session, String method, String path, Instant at) {}

  /// What the issuer knows of a token.
  ///
  /// @param expires by itself
  /// @param revoked when it was revoked for the first time
  public record Token(String digest, Instant issued, Instant expires, Optional<Instant> revoked) {}

  /// A fault that was there for a while.
  ///
  /// @param back when each proxy had served an ordinary call again
  public record Disturbance(
      String id,
      String what,
      Set<Hop> hops,
      Instant begun,
      Instant cleared,
      Map<String, Instant> back) {
    public Disturbance {
      hops = Set.copyOf(hops);
      back = Map.copyOf(back);
    }
  }
}
