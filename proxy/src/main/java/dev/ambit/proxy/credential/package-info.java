/// Adds what the session may use and the agent may not see.
@NullMarked
package dev.ambit.proxy.credential;

import org.jspecify.annotations.NullMarked;
