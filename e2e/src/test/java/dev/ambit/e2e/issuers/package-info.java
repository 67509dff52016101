/// Credentials of real OAuth servers: issued, exchanged, revoked, proven dead; and what such
/// servers say that is no proof.
@NullMarked
package dev.ambit.e2e.issuers;

import org.jspecify.annotations.NullMarked;
