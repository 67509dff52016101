/// What must hold for any input, of parsers that are public.
@NullMarked
package dev.ambit.fuzz.targets;

import org.jspecify.annotations.NullMarked;
