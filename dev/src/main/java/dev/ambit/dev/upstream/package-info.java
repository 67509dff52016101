/// An HTTPS API that asks the issuer about every token, as a process of its own.
@NullMarked
package dev.ambit.dev.upstream;

import org.jspecify.annotations.NullMarked;
