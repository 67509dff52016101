/// `ambit status` and `ambit check`: how the control plane fares, and what to do about it.
@NullMarked
package dev.ambit.cli.status;

import org.jspecify.annotations.NullMarked;
