/// How the command finds the control plane, knows it, and is known to it.
@NullMarked
package dev.ambit.cli.connect;

import org.jspecify.annotations.NullMarked;
