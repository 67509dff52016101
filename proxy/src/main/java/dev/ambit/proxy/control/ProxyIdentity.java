package dev.ambit.proxy.control;

import dev.ambit.proto.v1.Pod;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/// How the proxy introduces itself.
///
/// @param version of the program
/// @param proxyId survives restarts of the process; 26 characters
/// @param bootId of this process; 26 characters
/// @param workload its SPIFFE ID
/// @param pod the pod it runs in, where there is one
/// @param ends when the SVID of this moment ends; asked again and again, on any thread
public record ProxyIdentity(
    String version,
    String proxyId,
    String bootId,
    String workload,
    Optional<Pod> pod,
    Supplier<Instant> ends) {}
