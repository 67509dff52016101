/// Tests of TLS between processes that rotate.
@NullMarked
package dev.ambit.spiffe.tls;

import org.jspecify.annotations.NullMarked;
