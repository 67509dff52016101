/// Which Netty transport this machine has; used by everything that opens a socket.
@NullMarked
package dev.ambit.proxy.transport;

import org.jspecify.annotations.NullMarked;
