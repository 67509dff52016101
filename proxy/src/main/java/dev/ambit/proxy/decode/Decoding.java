package dev.ambit.proxy.decode;

import dev.ambit.envelope.Authority;
import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.relay.CallPath;
import dev.ambit.proxy.transport.Alpn;
import dev.ambit.proxy.trust.Leaves;
import java.util.ArrayList;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What every agent connection needs to turn bytes into calls.
///
/// @param learned what an upstream was last seen to speak, null where that is not known
/// @param places for the streams of all agents
/// @param synthetic what an agent dials for the names of opaque TCP targets
/// @param opaquePlaces for the connections of all agents of which nothing is read
public record Decoding(
    CallPath path,
    CallLog log,
    Supplier<CallId> ids,
    Sessions sessions,
    TunnelGate tunnels,
    Leaves leaves,
    Function<Authority, @Nullable Alpn> learned,
    StreamPlaces places,
    SyntheticAddresses synthetic,
    StreamPlaces opaquePlaces,
    Limits limits,
    LongSupplier nanoTime) {
  /// Whose refusal it is: the session's that the request, read as far as it could be, selects.
  Optional<Session> owner(Head head, Via via) {
    var handles = new ArrayList<>(via.handles());
    handles.addAll(FieldSieve.sift(head.fields()).handles());
    return sessions.owner(handles, via.connection());
  }
}
