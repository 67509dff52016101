package dev.ambit.proxy.admin;

import java.util.function.BooleanSupplier;

/// What the probes ask. Asked on the loop.
///
/// @param started once everything needed for the first call has been there
/// @param ready whether a call would be judged now
public record Health(BooleanSupplier started, BooleanSupplier ready) {}
