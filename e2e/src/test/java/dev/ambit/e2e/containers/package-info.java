/// The images as containers: the same pod as in `dev.ambit.e2e.spire`, made by an engine.
@NullMarked
package dev.ambit.e2e.containers;

import org.jspecify.annotations.NullMarked;
