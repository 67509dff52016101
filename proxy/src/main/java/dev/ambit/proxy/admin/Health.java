package dev.ambit.proxy.admin;

import java.util.Optional;
import java.util.function.Supplier;

/// What the probes ask. Asked on the loop.
///
/// @param notStarted what is still missing for the first call; empty once everything has been there
/// @param notReady why a call would not be judged now; empty when it would
public record Health(Supplier<Optional<String>> notStarted, Supplier<Optional<String>> notReady) {}
