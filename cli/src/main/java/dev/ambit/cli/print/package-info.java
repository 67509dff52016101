/// Answers as a table, JSON or YAML, the last two from one model.
@NullMarked
package dev.ambit.cli.print;

import org.jspecify.annotations.NullMarked;
