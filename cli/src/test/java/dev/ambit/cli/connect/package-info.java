/// How the command line reaches a control plane, tested.
@NullMarked
package dev.ambit.cli.connect;

import org.jspecify.annotations.NullMarked;
