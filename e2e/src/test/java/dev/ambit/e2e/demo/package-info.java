/// What a newcomer sees first, by the launcher.
@NullMarked
package dev.ambit.e2e.demo;

import org.jspecify.annotations.NullMarked;
