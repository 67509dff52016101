/// The main flow with identities from a real SPIRE, under the production rules.
@NullMarked
package dev.ambit.e2e.spire;

import org.jspecify.annotations.NullMarked;
