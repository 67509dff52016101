/// `ambit status`.
@NullMarked
package dev.ambit.cli.status;

import org.jspecify.annotations.NullMarked;
