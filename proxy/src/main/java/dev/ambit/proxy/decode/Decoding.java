package dev.ambit.proxy.decode;

import dev.ambit.proxy.identify.Sessions;
import dev.ambit.proxy.model.CallId;
import dev.ambit.proxy.model.CallLog;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.relay.CallPath;
import dev.ambit.proxy.trust.Leaves;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// What every agent connection needs to turn bytes into calls.
public record Decoding(
    CallPath path,
    CallLog log,
    Supplier<CallId> ids,
    Sessions sessions,
    TunnelGate tunnels,
    Leaves leaves,
    Limits limits,
    LongSupplier nanoTime) {}
