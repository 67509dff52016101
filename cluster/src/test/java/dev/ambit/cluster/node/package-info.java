/// Ambit on a real node: what agents can do in their pods, and what becomes of pods.
@NullMarked
package dev.ambit.cluster.node;

import org.jspecify.annotations.NullMarked;
