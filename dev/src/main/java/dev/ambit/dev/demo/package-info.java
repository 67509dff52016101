/// `ambit demo`: nine claims, each shown on real sockets.
@NullMarked
package dev.ambit.dev.demo;

import org.jspecify.annotations.NullMarked;
