/// Bytes to one canonical call; CONNECT, TLS, HTTP/1.1; refuses ambiguity.
@NullMarked
package dev.ambit.proxy.decode;

import org.jspecify.annotations.NullMarked;
