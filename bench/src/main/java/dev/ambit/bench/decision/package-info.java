/// JMH of the engine.
@NullMarked
package dev.ambit.bench.decision;

import org.jspecify.annotations.NullMarked;
