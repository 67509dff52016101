/// Everything on one machine, for `ambit demo` and `ambit dev`; in no image.
@NullMarked
package dev.ambit.dev;

import org.jspecify.annotations.NullMarked;
