/// Tests of what the agent's resolver is answered.
@NullMarked
package dev.ambit.proxy.dns;

import org.jspecify.annotations.NullMarked;
