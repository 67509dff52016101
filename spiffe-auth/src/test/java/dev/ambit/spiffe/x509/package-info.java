/// Tests of the certificate writer.
@NullMarked
package dev.ambit.spiffe.x509;

import org.jspecify.annotations.NullMarked;
