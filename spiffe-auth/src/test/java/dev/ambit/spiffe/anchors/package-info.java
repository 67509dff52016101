/// What clients read to know whom to trust, read back by OpenSSL and Java.
@NullMarked
package dev.ambit.spiffe.anchors;

import org.jspecify.annotations.NullMarked;
