/// What the webhook shows the API server: an authority that it looks after itself, or files that
/// somebody else does.
@NullMarked
package dev.ambit.control.webhook.certificate;

import org.jspecify.annotations.NullMarked;
