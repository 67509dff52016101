/// Asks the envelope engine whether the session may make the call, and nothing else.
@NullMarked
package dev.ambit.proxy.scope;

import org.jspecify.annotations.NullMarked;
