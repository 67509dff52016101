/// What must hold for any input, of parsers that nobody but their package sees.
@NullMarked
package dev.ambit.proxy.decode;

import org.jspecify.annotations.NullMarked;
