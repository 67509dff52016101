/// The control plane: sessions from opening to receipt, and the proxies that enforce them.
@NullMarked
package dev.ambit.control;

import org.jspecify.annotations.NullMarked;
