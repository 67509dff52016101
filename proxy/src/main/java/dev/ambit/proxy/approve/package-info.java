/// Holds a call while a person decides, only if its grant says so.
@NullMarked
package dev.ambit.proxy.approve;

import org.jspecify.annotations.NullMarked;
