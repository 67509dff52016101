/// Ordinary clients as agents: the programs, and how each is told of the proxy and its authority.
@NullMarked
package dev.ambit.e2e.clients;

import org.jspecify.annotations.NullMarked;
