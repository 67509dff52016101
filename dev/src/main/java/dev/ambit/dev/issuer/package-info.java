/// A small OAuth 2.0 server over HTTPS, as a process of its own, with a client it lies to.
@NullMarked
package dev.ambit.dev.issuer;

import org.jspecify.annotations.NullMarked;
