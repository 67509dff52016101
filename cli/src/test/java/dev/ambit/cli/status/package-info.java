/// Tests of what a status means.
@NullMarked
package dev.ambit.cli.status;

import org.jspecify.annotations.NullMarked;
