/// Ports of the servers that people and workloads call: opened with a sentence when it cannot be,
/// and closed without delay.
@NullMarked
package dev.ambit.control.listen;

import org.jspecify.annotations.NullMarked;
