/// `ambit session run`: one command, one session, one proxy.
@NullMarked
package dev.ambit.cli.run;

import org.jspecify.annotations.NullMarked;
