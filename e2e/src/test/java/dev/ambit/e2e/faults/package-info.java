/// What must hold when something fails: races, kills, partitions, hostile upstreams, bad input.
@NullMarked
package dev.ambit.e2e.faults;

import org.jspecify.annotations.NullMarked;
