/// Tests of this package.
@NullMarked
package dev.ambit.dev.demo;

import org.jspecify.annotations.NullMarked;
