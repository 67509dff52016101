/// `ambit dev up`, `down` and `status`: the embedded set for one's own resources.
@NullMarked
package dev.ambit.dev.up;

import org.jspecify.annotations.NullMarked;
