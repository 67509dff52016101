/// Runs the whole set under load and faults, and has it judged.
@NullMarked
package dev.ambit.chaos;

import org.jspecify.annotations.NullMarked;
