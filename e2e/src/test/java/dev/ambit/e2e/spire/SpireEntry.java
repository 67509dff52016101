package dev.ambit.e2e.spire;

import dev.ambit.dev.machine.User;
import java.time.Duration;

/// Says to SPIRE: processes of this user are that workload.
///
/// @param life of its SVIDs; the agent renews at the half, ten seconds of backdating included
public record SpireEntry(User user, String spiffeId, Duration life) {}
