/// `ambit audit`: what a session did, call by call.
@NullMarked
package dev.ambit.cli.audit;

import org.jspecify.annotations.NullMarked;
