/// Tests of the wires and the name server.
@NullMarked
package dev.ambit.chaos.site;

import org.jspecify.annotations.NullMarked;
