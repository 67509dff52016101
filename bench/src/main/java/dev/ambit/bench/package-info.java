/// The command: rounds of scenarios over subjects, and the training of the AOT caches.
@NullMarked
package dev.ambit.bench;

import org.jspecify.annotations.NullMarked;
