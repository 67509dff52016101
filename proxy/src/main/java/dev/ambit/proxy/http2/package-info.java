/// What both legs share of HTTP/2: one connection, its streams as calls use them, and its limits.
/// No channel per stream.
@NullMarked
package dev.ambit.proxy.http2;

import org.jspecify.annotations.NullMarked;
