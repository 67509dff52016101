/// TLS contexts that always use the newest snapshot.
@NullMarked
package dev.ambit.spiffe.tls;

import org.jspecify.annotations.NullMarked;
