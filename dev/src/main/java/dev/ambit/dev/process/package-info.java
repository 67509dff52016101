/// Child processes that report when they are ready and die with their parent.
@NullMarked
package dev.ambit.dev.process;

import org.jspecify.annotations.NullMarked;
