/// Tests of how a release is found in its cluster.
@NullMarked
package dev.ambit.cli.cluster;

import org.jspecify.annotations.NullMarked;
