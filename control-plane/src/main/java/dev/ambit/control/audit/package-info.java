/// Takes the records of proxies, checks their chains, signs checkpoints, answers queries.
@NullMarked
package dev.ambit.control.audit;

import org.jspecify.annotations.NullMarked;
