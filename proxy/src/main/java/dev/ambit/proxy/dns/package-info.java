/// Answers the agent's resolver: names of its sessions' targets have addresses, no other name
/// exists.
@NullMarked
package dev.ambit.proxy.dns;

import org.jspecify.annotations.NullMarked;
