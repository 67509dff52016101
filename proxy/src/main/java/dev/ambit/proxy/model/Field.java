package dev.ambit.proxy.model;

/// One header line of a message. Names compare without case.
public record Field(CharSequence name, CharSequence value) {}
