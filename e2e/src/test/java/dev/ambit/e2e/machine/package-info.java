/// The machine under the whole-system tests: programs, users without accounts, a network of one's
/// own.
@NullMarked
package dev.ambit.e2e.machine;

import org.jspecify.annotations.NullMarked;
