/// What is counted, and how it is scraped.
@NullMarked
package dev.ambit.proxy.metrics;

import org.jspecify.annotations.NullMarked;
