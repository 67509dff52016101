package dev.ambit.proxy.model;

import dev.ambit.envelope.SessionId;

/// Is told that a session is in use, so that the control plane can judge idleness. Called on the
/// loop for every call admitted and every piece of a body that passes; costs a map look-up.
public interface Activity {
  void touch(SessionId session);
}
