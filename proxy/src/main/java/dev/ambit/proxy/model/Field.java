package dev.ambit.proxy.model;

import dev.ambit.envelope.HeaderField;

/// One header line of a message. Names compare without case.
public record Field(CharSequence name, CharSequence value) implements HeaderField {}
