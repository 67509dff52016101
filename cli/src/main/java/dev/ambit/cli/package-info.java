/// The `ambit` command: a client of the same API as everyone else.
@NullMarked
package dev.ambit.cli;

import org.jspecify.annotations.NullMarked;
