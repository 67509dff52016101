/// The only place where a denial or a failure becomes an answer.
@NullMarked
package dev.ambit.proxy.respond;

import org.jspecify.annotations.NullMarked;
