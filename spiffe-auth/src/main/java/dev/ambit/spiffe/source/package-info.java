/// SVIDs and bundles as one atomic snapshot that follows the Workload API.
@NullMarked
package dev.ambit.spiffe.source;

import org.jspecify.annotations.NullMarked;
