/// What agents do with ordinary clients, what they see of the proxy, and what the upstream saw.
@NullMarked
package dev.ambit.e2e.agents;

import org.jspecify.annotations.NullMarked;
