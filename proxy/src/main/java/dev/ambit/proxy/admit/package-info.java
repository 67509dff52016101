/// Decides once more at this instant; the intent is durable when it answers.
@NullMarked
package dev.ambit.proxy.admit;

import org.jspecify.annotations.NullMarked;
