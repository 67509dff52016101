/// One record for every call, refused or not, chained and spooled until the control plane has it.
@NullMarked
package dev.ambit.proxy.audit;

import org.jspecify.annotations.NullMarked;
