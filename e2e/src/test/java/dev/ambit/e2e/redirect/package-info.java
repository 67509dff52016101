/// What leaves a pod, and what does not, under the kernel's own rules.
@NullMarked
package dev.ambit.e2e.redirect;

import org.jspecify.annotations.NullMarked;
