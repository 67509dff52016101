/// The cluster that the control plane runs in: its pods and their sessions, its resources, whose
/// tokens are good, and what is published there.
@NullMarked
package dev.ambit.control.kubernetes;

import org.jspecify.annotations.NullMarked;
