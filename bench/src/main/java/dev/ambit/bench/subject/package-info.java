/// What is measured: ours in both launch profiles, and the proxies beside it, each a process.
@NullMarked
package dev.ambit.bench.subject;

import org.jspecify.annotations.NullMarked;
