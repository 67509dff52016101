/// Writes X.509 certificates: authorities and leaves with ECDSA P-256 keys, and their PEM form.
@NullMarked
package dev.ambit.spiffe.x509;

import org.jspecify.annotations.NullMarked;
