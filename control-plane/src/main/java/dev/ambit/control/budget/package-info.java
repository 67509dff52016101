/// The exact ledger of what sessions and grants have spent.
@NullMarked
package dev.ambit.control.budget;

import org.jspecify.annotations.NullMarked;
