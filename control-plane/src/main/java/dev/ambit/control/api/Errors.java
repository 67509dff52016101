package dev.ambit.control.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Status;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/// A gRPC status as JSON callers read it: `{"code", "field", "message"}` with the HTTP status that
/// says the same.
final class Errors {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern FIELD = Pattern.compile("([A-Za-z0-9_.\\[\\]-]{1,128}): .*");

  private Errors() {}

  /// Answers in the language of the request.
  static HttpResponse answer(ServiceRequestContext context, Status status) {
    var type = context.request().contentType();
    if (type != null && type.subtype().startsWith("grpc")) {
      return HttpResponse.of(
          ResponseHeaders.builder(HttpStatus.OK)
              .contentType(MediaType.create("application", "grpc"))
              .set("grpc-status", Integer.toString(status.getCode().value()))
              .set("grpc-message", message(status))
              .endOfStream(true)
              .build());
    }
    return json(status);
  }

  /// Answers as JSON.
  static HttpResponse json(Status status) {
    return HttpResponse.of(
        HttpStatus.valueOf(http(status.getCode())),
        MediaType.JSON_UTF_8,
        HttpData.wrap(body(status)));
  }

  private static byte[] body(Status status) {
    var bytes = new ByteArrayOutputStream();
    try (var json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("code", status.getCode().name());
      var field = FIELD.matcher(message(status));
      if (field.matches()) {
        json.writeStringField("field", field.group(1));
      }
      json.writeStringField("message", message(status));
      json.writeEndObject();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    bytes.writeBytes("\n".getBytes(StandardCharsets.US_ASCII));
    return bytes.toByteArray();
  }

  private static String message(Status status) {
    var text = status.getDescription();
    return text == null ? status.getCode().name() : text.lines().findFirst().orElse("");
  }

  private static int http(Status.Code code) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case FAILED_PRECONDITION, ABORTED, ALREADY_EXISTS -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> 499;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case UNKNOWN, INTERNAL, DATA_LOSS -> 500;
    };
  }
}
