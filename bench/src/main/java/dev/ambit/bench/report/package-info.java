/// The results as a table, JSON and the page in docs.
@NullMarked
package dev.ambit.bench.report;

import org.jspecify.annotations.NullMarked;
