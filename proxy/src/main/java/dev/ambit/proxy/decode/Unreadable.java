package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.Denial;

/// Stands in the stream of requests where the bytes stopped having one meaning; nothing follows.
///
/// @param method of the request, as far as it was read; may be empty
record Unreadable(Denial denial, String method) {}
