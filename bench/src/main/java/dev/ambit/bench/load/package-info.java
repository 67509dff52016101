/// The generator: HTTP/1.1 over TLS, closed and open loop, with HdrHistogram.
@NullMarked
package dev.ambit.bench.load;

import org.jspecify.annotations.NullMarked;
