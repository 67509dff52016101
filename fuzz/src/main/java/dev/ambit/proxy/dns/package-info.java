/// What must hold for any query of the agent's resolver.
@NullMarked
package dev.ambit.proxy.dns;

import org.jspecify.annotations.NullMarked;
