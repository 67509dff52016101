/// Real clusters for the tests: an API server without a node, and a whole node.
@NullMarked
package dev.ambit.cluster.machine;

import org.jspecify.annotations.NullMarked;
