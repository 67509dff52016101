/// Reserves what a call will spend.
@NullMarked
package dev.ambit.proxy.budget;

import org.jspecify.annotations.NullMarked;
