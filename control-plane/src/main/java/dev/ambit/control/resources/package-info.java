/// Holds the current set of resources; reloads it whole or not at all.
@NullMarked
package dev.ambit.control.resources;

import org.jspecify.annotations.NullMarked;
