/// Ordinary clients as agents: curl, Python's requests, Java's own, openssl.
@NullMarked
package dev.ambit.e2e.agents;

import org.jspecify.annotations.NullMarked;
