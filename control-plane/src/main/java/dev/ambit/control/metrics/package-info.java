/// What is counted, and how it is scraped.
@NullMarked
package dev.ambit.control.metrics;

import org.jspecify.annotations.NullMarked;
