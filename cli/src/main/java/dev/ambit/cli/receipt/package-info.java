/// `ambit receipt`: the signed record of a session's end, shown and verified.
@NullMarked
package dev.ambit.cli.receipt;

import org.jspecify.annotations.NullMarked;
