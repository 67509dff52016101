/// Puts the proxy into pods as they are created: answers the API server over HTTPS.
@NullMarked
package dev.ambit.control.webhook;

import org.jspecify.annotations.NullMarked;
