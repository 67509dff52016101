/// What the demo and the whole-system tests talk to: an OAuth server, an API, and whoever steals
/// from them.
@NullMarked
package dev.ambit.dev.peers;

import org.jspecify.annotations.NullMarked;
