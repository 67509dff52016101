/// How ordinary clients are tried.
@NullMarked
package dev.ambit.cli.trust;

import org.jspecify.annotations.NullMarked;
