package dev.ambit.proxy.control;

import dev.ambit.proto.v1.Pod;
import java.util.Optional;

/// How the proxy introduces itself.
///
/// @param version of the program
/// @param proxyId survives restarts of the process; 26 characters
/// @param bootId of this process; 26 characters
/// @param workload its SPIFFE ID
/// @param pod the pod it runs in, where there is one
public record ProxyIdentity(
    String version, String proxyId, String bootId, String workload, Optional<Pod> pod) {}
