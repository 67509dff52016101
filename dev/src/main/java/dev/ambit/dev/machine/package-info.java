/// The machine under a pod and under whole systems: users without accounts, networks of their own,
/// programs that do not outlive this one.
@NullMarked
package dev.ambit.dev.machine;

import org.jspecify.annotations.NullMarked;
