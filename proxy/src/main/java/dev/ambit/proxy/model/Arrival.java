package dev.ambit.proxy.model;

import dev.ambit.envelope.Call;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One request as it came, in canonical form, its body still on the wire.
///
/// @param startedNanos when its head had been read, on the monotonic clock
/// @param handles session handles the agent presented, in any of the places for one; more than one
///   is ambiguous
/// @param fields what may be forwarded: without hop-by-hop fields, the strip list, the handle, Host
///   and framing
/// @param webSocket what it offers if it opens a WebSocket; null where it does not
/// @param notes what was taken away or noticed, for the record
public record Arrival(
    CallId id,
    long startedNanos,
    Call call,
    List<String> handles,
    Connection connection,
    List<Field> fields,
    Body body,
    @Nullable WebSocketOffer webSocket,
    List<String> notes) {
  public Arrival {
    handles = List.copyOf(handles);
    fields = List.copyOf(fields);
    notes = List.copyOf(notes);
  }

  /// One that opens no WebSocket.
  public Arrival(
      CallId id,
      long startedNanos,
      Call call,
      List<String> handles,
      Connection connection,
      List<Field> fields,
      Body body,
      List<String> notes) {
    this(id, startedNanos, call, handles, connection, fields, body, null, notes);
  }
}
