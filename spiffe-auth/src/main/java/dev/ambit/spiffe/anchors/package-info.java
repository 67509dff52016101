/// Public authorities as files that ordinary clients read: a folder in all the forms they look for.
@NullMarked
package dev.ambit.spiffe.anchors;

import org.jspecify.annotations.NullMarked;
