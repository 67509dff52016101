/// Ambit before a real API server: admission, tokens, resources and the chart, without a node.
@NullMarked
package dev.ambit.cluster.plane;

import org.jspecify.annotations.NullMarked;
