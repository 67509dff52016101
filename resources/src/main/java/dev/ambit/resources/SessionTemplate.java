package dev.ambit.resources;

import dev.ambit.envelope.Binding;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.SessionFacts;
import dev.ambit.envelope.SessionId;
import dev.ambit.envelope.Sharing;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/// A parameterised envelope that certain openers may instantiate for certain workloads.
public interface SessionTemplate {
  String name();

  Binding binding();

  Sharing sharing();

  Duration ttl();

  Duration maxTtl();

  /// What suspends its sessions; empty: their denials do not.
  Optional<SuspendAfter> suspendAfter();

  /// Keys of the context whose change suspends its sessions.
  SortedSet<String> suspendOn();

  /// Whether the caller may open it: a SPIFFE ID, `bootstrap`, and so on, as authenticated.
  boolean admitsOpener(String caller);

  /// Whether it may be opened for this SPIFFE ID.
  boolean admitsWorkload(String spiffeId);

  /// A SPIFFE ID that it may be opened for, for who asks what it would permit.
  String someWorkload();

  /// Fills in the parameters and freezes the result.
  Instance instantiate(Order order);

  /// What an opener asks for.
  ///
  /// @param facts what the opener says of the session; its parameters fill in the template's
  /// @param ttl shortens the template's; empty: the template's
  record Order(
      SessionId session, String workload, SessionFacts facts, Optional<Duration> ttl, Instant now) {
    public Map<String, String> parameters() {
      return facts.parameters();
    }
  }

  /// So many denials within so long.
  record SuspendAfter(long denials, Duration within) {}

  /// The frozen envelope, or everything that is wrong with the order.
  sealed interface Instance {
    record Frozen(Envelope envelope) implements Instance {}

    record Refused(List<Problem> problems) implements Instance {}
  }

  /// One thing wrong with an order.
  ///
  /// @param field of the request, for example `parameters.owner`
  record Problem(String field, String message) {}
}
