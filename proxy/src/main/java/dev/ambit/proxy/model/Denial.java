package dev.ambit.proxy.model;

import dev.ambit.envelope.Reason;
import java.util.Optional;

/// Why a call stops: the reason from the closed list and the facts that answer and record need, and
/// no more.
///
/// @param session the session it was judged by, if one was found
/// @param target name of the target, empty when none is known
/// @param detail one plain sentence, ours; never text of the agent's or a secret
/// @param retryAfterSeconds when to try again, 0 when that is not known
public record Denial(
    Reason reason,
    Optional<Session> session,
    String target,
    String detail,
    int retryAfterSeconds) {}
