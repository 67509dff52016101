/// What operators may write, what they are told when they err, and what an opener may order.
@NullMarked
package dev.ambit.resources;

import org.jspecify.annotations.NullMarked;
