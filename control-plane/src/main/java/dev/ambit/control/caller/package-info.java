/// Who asks, and what they may open, see and close.
@NullMarked
package dev.ambit.control.caller;

import org.jspecify.annotations.NullMarked;
