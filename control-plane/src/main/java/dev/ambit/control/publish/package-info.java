/// Towards proxies: snapshots, deltas and leases over grpc-java.
@NullMarked
package dev.ambit.control.publish;

import org.jspecify.annotations.NullMarked;
