package dev.ambit.control.api;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpResponseWriter;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.grpc.GrpcJsonMarshaller;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import dev.ambit.control.caller.Caller;
import dev.ambit.control.lifecycle.Answer;
import dev.ambit.control.session.StoredSession;
import dev.ambit.proto.v1.SessionServiceGrpc;
import dev.ambit.proto.v1.WatchSessionResponse;
import io.grpc.MethodDescriptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/// `WatchSession` for callers of JSON: server-sent events, each `data:` a WatchSessionResponse.
final class WatchEvents implements HttpService {
  static final String PATH = "/v1/sessions/{session_id}/watch";

  private static final MethodDescriptor.Marshaller<WatchSessionResponse> MESSAGE =
      SessionServiceGrpc.getWatchSessionMethod().getResponseMarshaller();

  private final Calls calls;
  private final Watching watching;
  private final BiFunction<Caller, String, Answer<StoredSession>> find;
  private final GrpcJsonMarshaller json;

  WatchEvents(
      Calls calls,
      Watching watching,
      BiFunction<Caller, String, Answer<StoredSession>> find,
      GrpcJsonMarshaller json) {
    this.calls = calls;
    this.watching = watching;
    this.find = find;
    this.json = json;
  }

  @Override
  public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
    var caller = Identified.caller();
    var id = String.valueOf(context.pathParam("session_id"));
    return HttpResponse.of(
        CompletableFuture.supplyAsync(() -> find.apply(caller, id), calls.threads())
            .thenApply(found ->
                switch (found) {
                  case Answer.Refused<StoredSession>(var refusal) ->
                      Errors.json(Calls.status(refusal));
                  case Answer.Given<StoredSession> _ -> events(context, caller, id);
                }));
  }

  private HttpResponse events(ServiceRequestContext context, Caller caller, String id) {
    context.clearRequestTimeout();
    var response = HttpResponse.streaming();
    response.write(
        ResponseHeaders.builder(HttpStatus.OK)
            .set("content-type", "text/event-stream")
            .set("cache-control", "no-store")
            .build());
    var _ =
        CompletableFuture.supplyAsync(
                () ->
                    watching.follow(
                        caller,
                        id,
                        view ->
                            send(
                                response,
                                WatchSessionResponse.newBuilder().setSession(view).build()),
                        response::isOpen),
                calls.threads())
            .whenComplete((_, _) -> response.close());
    return response;
  }

  private boolean send(HttpResponseWriter response, WatchSessionResponse message) {
    var bytes = new ByteArrayOutputStream();
    try {
      json.serializeMessage(MESSAGE, message, bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return response.tryWrite(
        HttpData.ofUtf8("data: " + bytes.toString(StandardCharsets.UTF_8) + "\n\n"));
  }
}
