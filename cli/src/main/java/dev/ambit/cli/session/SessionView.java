package dev.ambit.cli.session;

import com.google.protobuf.Timestamp;
import dev.ambit.cli.Durations;
import dev.ambit.cli.print.Style;
import dev.ambit.cli.print.Table;
import dev.ambit.cli.print.Text;
import dev.ambit.proto.v1.BudgetSummary;
import dev.ambit.proto.v1.ClosureOutcome;
import dev.ambit.proto.v1.CredentialSummary;
import dev.ambit.proto.v1.Session;
import dev.ambit.proto.v1.SessionState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Sessions as people read them.
public final class SessionView {
  private static final int PREFIX_STATE = "SESSION_STATE_".length();
  private static final int PREFIX_REASON = "CLOSE_REASON_".length();
  private static final int PREFIX_SUSPEND = "SUSPEND_REASON_".length();
  private static final int PREFIX_OUTCOME = "CLOSURE_OUTCOME_".length();

  private final InstantSource clock;

  public SessionView(InstantSource clock) {
    this.clock = clock;
  }

  /// A page of sessions, one line each.
  public String list(List<Session> sessions, Style style) {
    if (sessions.isEmpty()) {
      return "No sessions.\n";
    }
    var table = Table.of("SESSION", "TEMPLATE", "STATE", "OPENED", "EXPIRES", "CALLS", "WORKLOAD");
    for (var session : sessions) {
      table.row(
          session.getId(),
          session.getTemplate(),
          state(session.getState()),
          ago(session.getOpenedAt()),
          session.getState() == SessionState.SESSION_STATE_CLOSED
                  || session.getState() == SessionState.SESSION_STATE_CLOSING
              ? "-"
              : expiry(session.getExpiresAt()),
          session.hasBudget() ? budget(session.getBudget()) : "-",
          session.getWorkload().getSpiffeId());
    }
    return table.print(style);
  }

  /// Everything about one.
  public String show(Session session, Style style) {
    var facts =
        Table.facts()
            .fact("session", session.getId())
            .fact("template", session.getTemplate())
            .fact("state", stateAndReason(session))
            .fact("workload", session.getWorkload().getSpiffeId())
            .fact("pod", session.getWorkload().getPodUid())
            .fact("opener", session.getOpener())
            .fact("on behalf of", session.getOnBehalfOf())
            .fact("task", session.getTask().getId())
            .fact("purpose", session.getTask().getPurpose())
            .fact("link", session.getTask().getLink())
            .fact("parameters", pairs(session.getParametersMap()))
            .fact("context", pairs(session.getContextMap()))
            .fact("opened", at(session.getOpenedAt()))
            .fact(
                "expires",
                session.hasExpiresAt()
                    ? at(session.getExpiresAt()) + " (" + expiry(session.getExpiresAt()) + ")"
                    : "")
            .fact("suspended", session.hasSuspendedAt() ? at(session.getSuspendedAt()) : "")
            .fact("closed", session.hasClosedAt() ? at(session.getClosedAt()) : "")
            .fact("calls", session.hasBudget() ? budget(session.getBudget()) : "")
            .fact("proxies", Integer.toString(session.getProxies()))
            .fact("envelope", session.getEnvelopeDigest())
            .fact(
                "receipt",
                session.getReceiptAvailable() ? "ambit receipt show " + session.getId() : "");
    return facts.print(style) + grants(session, style) + credentials(session, style);
  }

  /// One change of one session, for following it.
  public String change(Session session) {
    var outcomes =
        session.getCredentialsList().stream()
            .map(SessionView::credential)
            .collect(Collectors.joining(", "));
    return Text.line(
        at(Timestamp.newBuilder().setSeconds(clock.instant().getEpochSecond()).build())
            + "  "
            + stateAndReason(session)
            + (outcomes.isEmpty() ? "" : "  credentials: " + outcomes));
  }

  /// `CLOSED (revoked: why)`, `SUSPENDED (denials: why)`.
  public static String stateAndReason(Session session) {
    if (session.getState() == SessionState.SESSION_STATE_SUSPENDED) {
      return state(session.getState())
          + because(
              session.getSuspendReason().name().substring(PREFIX_SUSPEND),
              session.getSuspendDetail());
    }
    var reason = session.getCloseReason().name().substring(PREFIX_REASON);
    if (reason.equals("UNSPECIFIED")) {
      return state(session.getState());
    }
    return state(session.getState()) + because(reason, session.getCloseDetail());
  }

  private static String because(String reason, String detail) {
    return " (" + reason.toLowerCase(Locale.ROOT) + (detail.isEmpty() ? "" : ": " + detail) + ")";
  }

  public static String state(SessionState state) {
    return state == SessionState.UNRECOGNIZED ? "?" : state.name().substring(PREFIX_STATE);
  }

  public static String outcome(ClosureOutcome outcome) {
    return switch (outcome) {
      case UNRECOGNIZED -> "?";
      case CLOSURE_OUTCOME_UNSPECIFIED -> "alive";
      default -> outcome.name().substring(PREFIX_OUTCOME);
    };
  }

  /// `report-issuer DEAD_PROVEN`.
  public static String credential(CredentialSummary credential) {
    return credential.getProvider() + " " + outcome(credential.getOutcome());
  }

  /// The session's own token is for no grant.
  public static String grant(String name) {
    return name.isEmpty() ? "(to be exchanged)" : name;
  }

  private static String grants(Session session, Style style) {
    if (session.getGrantsCount() == 0) {
      return "";
    }
    var table = Table.of("GRANT", "TARGET", "METHODS", "CALLS", "PATHS");
    for (var grant : session.getGrantsList()) {
      table.row(
          grant.getName(),
          grant.getTarget(),
          grant.getMethodsCount() == 0 ? "opaque" : String.join(",", grant.getMethodsList()),
          grant.hasBudget() ? budget(grant.getBudget()) : "-",
          grant.getPathsCount() == 0 ? "-" : String.join(" ", grant.getPathsList()));
    }
    return "\n" + table.print(style);
  }

  private static String credentials(Session session, Style style) {
    if (session.getCredentialsCount() == 0) {
      return "";
    }
    var table = Table.of("CREDENTIAL", "PROVIDER", "GRANT", "AUTHORITY", "OUTCOME", "WHY");
    for (var credential : session.getCredentialsList()) {
      table.row(
          credential.getId(),
          credential.getProvider(),
          grant(credential.getGrant()),
          credential.getAuthority(),
          outcome(credential.getOutcome()),
          credential.getOutcomeDetail());
    }
    return "\n" + table.print(style);
  }

  private static String pairs(Map<String, String> pairs) {
    return pairs.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(" "));
  }

  private static String budget(BudgetSummary budget) {
    return budget.getCallsReserved() + " of " + budget.getCalls();
  }

  private String ago(Timestamp at) {
    return Durations.show(whole(Duration.between(instant(at), clock.instant()))) + " ago";
  }

  private String expiry(Timestamp at) {
    var left = Duration.between(clock.instant(), instant(at));
    return left.isNegative() ? "past" : "in " + Durations.show(whole(left));
  }

  private static Duration whole(Duration length) {
    return length.isNegative() ? Duration.ZERO : length.truncatedTo(ChronoUnit.SECONDS);
  }

  private static String at(Timestamp at) {
    return instant(at).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static Instant instant(Timestamp at) {
    return Instant.ofEpochSecond(at.getSeconds(), at.getNanos());
  }
}
