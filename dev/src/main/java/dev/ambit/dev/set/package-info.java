/// The embedded set: authority, control plane and proxy as child processes on one machine.
@NullMarked
package dev.ambit.dev.set;

import org.jspecify.annotations.NullMarked;
