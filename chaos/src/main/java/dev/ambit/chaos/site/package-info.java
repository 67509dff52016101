/// What is disturbed: real processes, the wires between them, and a name server.
@NullMarked
package dev.ambit.chaos.site;

import org.jspecify.annotations.NullMarked;
