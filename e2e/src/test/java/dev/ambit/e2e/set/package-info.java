/// A whole running system as a fixture: real processes, their records, and programs to run on it.
@NullMarked
package dev.ambit.e2e.set;

import org.jspecify.annotations.NullMarked;
