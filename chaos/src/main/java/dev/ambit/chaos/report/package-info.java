/// What a run came to, for people and programs.
@NullMarked
package dev.ambit.chaos.report;

import org.jspecify.annotations.NullMarked;
