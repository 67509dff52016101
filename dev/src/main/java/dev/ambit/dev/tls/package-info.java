/// Certificates and TLS contexts of the demo's issuer and upstream.
@NullMarked
package dev.ambit.dev.tls;

import org.jspecify.annotations.NullMarked;
