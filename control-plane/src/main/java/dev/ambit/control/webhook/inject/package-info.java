/// What becomes of a pod: pure functions from its JSON and the injection settings to a patch, or to
/// a refusal.
@NullMarked
package dev.ambit.control.webhook.inject;

import org.jspecify.annotations.NullMarked;
