/// The Helm chart as it renders, without a cluster.
@NullMarked
package dev.ambit.cluster.chart;

import org.jspecify.annotations.NullMarked;
