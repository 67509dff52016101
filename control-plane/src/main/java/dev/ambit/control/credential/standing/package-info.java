/// Keys that were there before a session and outlive it.
@NullMarked
package dev.ambit.control.credential.standing;

import org.jspecify.annotations.NullMarked;
