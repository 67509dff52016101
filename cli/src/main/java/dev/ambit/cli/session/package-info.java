/// `ambit session`: opens, shows, follows, extends and closes sessions.
@NullMarked
package dev.ambit.cli.session;

import org.jspecify.annotations.NullMarked;
