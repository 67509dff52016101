/// Tests of the judge, with seeded violations.
@NullMarked
package dev.ambit.chaos.judge;

import org.jspecify.annotations.NullMarked;
