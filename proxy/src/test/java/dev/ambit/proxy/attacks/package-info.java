/// The attack matrix of the design's security part: raw sockets as the agent, real servers as
/// upstreams, the proxy as a process, five oracles after every case.
@NullMarked
package dev.ambit.proxy.attacks;

import org.jspecify.annotations.NullMarked;
