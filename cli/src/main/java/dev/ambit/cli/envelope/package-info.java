/// What may be called, tried before it is in force.
@NullMarked
package dev.ambit.cli.envelope;

import org.jspecify.annotations.NullMarked;
