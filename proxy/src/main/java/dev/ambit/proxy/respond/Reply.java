package dev.ambit.proxy.respond;

import static dev.ambit.proxy.respond.GrpcStatus.INVALID_ARGUMENT;
import static dev.ambit.proxy.respond.GrpcStatus.PERMISSION_DENIED;
import static dev.ambit.proxy.respond.GrpcStatus.RESOURCE_EXHAUSTED;
import static dev.ambit.proxy.respond.GrpcStatus.UNAVAILABLE;
import static dev.ambit.proxy.respond.GrpcStatus.UNIMPLEMENTED;

import com.fasterxml.jackson.core.JsonFactory;
import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Failure;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Map;

/// The answer an agent sees when the proxy, not the upstream, speaks: a status and a problem (RFC
/// 9457) that a person or a model can act on.
///
/// @param title in a few words, ours; also the reason phrase of the status line, which is all that
///   many clients show of a refused tunnel
/// @param problem `application/problem+json`
/// @param retryAfterSeconds when to try again, 0 when that is not known
/// @param grpc the same for a gRPC call
public record Reply(
    int status, String title, String problem, int retryAfterSeconds, GrpcStatus grpc) {
  private static final JsonFactory JSON = new JsonFactory();

  public static Reply to(CallId call, Denial denial) {
    var kind = kind(denial);
    var code = denial.reason().code();
    return new Reply(
        kind.status(),
        kind.title(),
        problem(
            "urn:ambit:denial:" + code,
            kind.title(),
            denial.detail(),
            code,
            denial
                .session()
                .map(session -> Map.of("session", session.id().value()))
                .orElse(Map.of()),
            call,
            kind.retryable()),
        denial.retryAfterSeconds(),
        new GrpcStatus(kind.grpc(), denial.detail(), code, call.value()));
  }

  public static Reply to(CallId call, Failure failure) {
    var title = failure.timeout() ? "The upstream did not answer in time" : "The upstream failed";
    return new Reply(
        failure.timeout() ? 504 : 502,
        title,
        problem(
            "urn:ambit:failure:upstream_failed",
            title,
            failure.detail(),
            "upstream_failed",
            Map.of("stage", failure.stage().code()),
            call,
            true),
        0,
        new GrpcStatus(
            failure.timeout() ? GrpcStatus.DEADLINE_EXCEEDED : UNAVAILABLE,
            failure.detail(),
            "upstream_failed",
            call.value()));
  }

  /// What nobody planned: no detail.
  public static Reply internal(CallId call) {
    var title = "The proxy failed";
    return new Reply(
        500,
        title,
        problem(
            "urn:ambit:failure:internal",
            title,
            "The call was not completed.",
            "internal",
            Map.of(),
            call,
            false),
        0,
        new GrpcStatus(
            GrpcStatus.INTERNAL, "The call was not completed.", "internal", call.value()));
  }

  /// Once the target is known, what is too large can only be the body.
  private static Kind kind(Denial denial) {
    return denial.reason() == Reason.LIMIT_EXCEEDED && !denial.target().isEmpty()
        ? new Kind(413, denial.retryAfterSeconds() > 0, "Body too large", RESOURCE_EXHAUSTED)
        : Kind.of(denial.reason());
  }

  /// How one reason is answered. No `default`: a new reason must choose its own.
  private record Kind(int status, boolean retryable, String title, int grpc) {
    static Kind of(Reason reason) {
      return switch (reason) {
        case LEASE_LOST -> new Kind(503, true, "The proxy lost its lease", UNAVAILABLE);
        case NO_SESSION -> new Kind(403, false, "No session", PERMISSION_DENIED);
        case SESSION_AMBIGUOUS -> new Kind(403, false, "Session ambiguous", PERMISSION_DENIED);
        case SESSION_SUSPENDED -> new Kind(403, true, "Session suspended", PERMISSION_DENIED);
        case SESSION_ENDED -> new Kind(403, false, "Session ended", PERMISSION_DENIED);
        case SESSION_EXPIRED -> new Kind(403, false, "Session expired", PERMISSION_DENIED);
        case SESSION_IDLE -> new Kind(403, false, "Session closed as idle", PERMISSION_DENIED);
        case TARGET_UNKNOWN -> new Kind(403, false, "Target unknown", PERMISSION_DENIED);
        case AUTHORITY_MISMATCH -> new Kind(421, false, "Authority mismatch", INVALID_ARGUMENT);
        case ADDRESS_FORBIDDEN -> new Kind(403, false, "Address forbidden", PERMISSION_DENIED);
        case PROTOCOL_NOT_GRANTED ->
            new Kind(403, false, "Protocol not granted", PERMISSION_DENIED);
        case METHOD_NOT_GRANTED -> new Kind(403, false, "Method not granted", PERMISSION_DENIED);
        case PATH_NOT_GRANTED -> new Kind(403, false, "Path not granted", PERMISSION_DENIED);
        case QUERY_NOT_GRANTED -> new Kind(403, false, "Query not granted", PERMISSION_DENIED);
        case HEADER_NOT_GRANTED -> new Kind(403, false, "Header not granted", PERMISSION_DENIED);
        case BODY_NOT_GRANTED -> new Kind(403, false, "Body not granted", PERMISSION_DENIED);
        case CONDITION_FALSE -> new Kind(403, false, "Condition false", PERMISSION_DENIED);
        case SENSITIVITY_EXCEEDED ->
            new Kind(403, false, "Sensitivity exceeded", PERMISSION_DENIED);
        case DENIED_BY_RULE -> new Kind(403, false, "Denied by rule", PERMISSION_DENIED);
        case RATE_LIMITED -> new Kind(429, true, "Rate limited", RESOURCE_EXHAUSTED);
        case BUDGET_EXHAUSTED -> new Kind(429, false, "Budget exhausted", RESOURCE_EXHAUSTED);
        case CONTROL_UNAVAILABLE -> new Kind(503, true, "Control plane unavailable", UNAVAILABLE);
        case CREDENTIAL_UNAVAILABLE -> new Kind(503, true, "Credential unavailable", UNAVAILABLE);
        case AUDIT_UNAVAILABLE -> new Kind(503, true, "Audit unavailable", UNAVAILABLE);
        case MALFORMED -> new Kind(400, false, "Malformed request", INVALID_ARGUMENT);
        case LIMIT_EXCEEDED -> new Kind(431, false, "Request too large", RESOURCE_EXHAUSTED);
        case UNSUPPORTED -> new Kind(405, false, "Method not supported", UNIMPLEMENTED);
        case SHUTTING_DOWN -> new Kind(503, true, "Shutting down", UNAVAILABLE);
      };
    }
  }

  private static String problem(
      String type,
      String title,
      String detail,
      String reason,
      Map<String, String> facts,
      CallId call,
      boolean retryable) {
    var text = new StringWriter(256);
    try (var json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("type", type);
      json.writeStringField("title", title);
      json.writeStringField("detail", detail);
      json.writeStringField("reason", reason);
      for (var fact : facts.entrySet()) {
        json.writeStringField(fact.getKey(), fact.getValue());
      }
      json.writeStringField("decision", call.value());
      json.writeBooleanField("retryable", retryable);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return text.toString();
  }
}
