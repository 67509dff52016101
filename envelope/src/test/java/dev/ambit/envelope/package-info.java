/// What the engine promises, as tables, hostile inputs by the ids of security.md, and seeded laws.
@NullMarked
package dev.ambit.envelope;

import org.jspecify.annotations.NullMarked;
