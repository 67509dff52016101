/// The control plane and an API server that a test made.
@NullMarked
package dev.ambit.control.kubernetes;

import org.jspecify.annotations.NullMarked;
