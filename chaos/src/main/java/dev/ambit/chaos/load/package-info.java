/// Agents at work, and what each of them saw.
@NullMarked
package dev.ambit.chaos.load;

import org.jspecify.annotations.NullMarked;
