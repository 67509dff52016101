/// `ambit trust`: how ordinary clients are made to trust a proxy, and whether they do.
@NullMarked
package dev.ambit.cli.trust;

import org.jspecify.annotations.NullMarked;
