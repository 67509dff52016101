/// Tests of the command.
@NullMarked
package dev.ambit.cli;

import org.jspecify.annotations.NullMarked;
