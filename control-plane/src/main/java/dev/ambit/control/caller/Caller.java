package dev.ambit.control.caller;

import dev.ambit.control.session.StoredSession;

/// Who asks, as authenticated, and what that lets it see and do.
public sealed interface Caller {
  /// How templates, records and answers name it.
  String name();

  default boolean maySee(StoredSession session) {
    return opened(session);
  }

  default boolean mayClose(StoredSession session) {
    return maySee(session);
  }

  /// Only the opener moves an expiry, affirms a suspended session and changes its context: who ends
  /// a session need not be who may let it go on.
  default boolean mayExtend(StoredSession session) {
    return opened(session);
  }

  /// Whether it may read the records of calls that belong to no session, and signed checkpoints.
  boolean isOperator();

  private boolean opened(StoredSession session) {
    return session.opener().equals(name());
  }

  /// A workload, by the SPIFFE ID of its certificate.
  record Workload(String spiffeId) implements Caller {
    @Override
    public String name() {
      return spiffeId;
    }

    @Override
    public boolean isOperator() {
      return false;
    }
  }

  /// The control plane itself, for the pods of a namespace that ask for a session by annotation:
  /// templates name it as `kubernetes:NAMESPACE`.
  record Namespace(String namespace) implements Caller {
    @Override
    public String name() {
      return "kubernetes:" + namespace;
    }

    @Override
    public boolean isOperator() {
      return false;
    }
  }

  /// Whoever can read the access folder: the operator of a control plane that knows nobody yet.
  record Bootstrap() implements Caller {
    @Override
    public String name() {
      return "bootstrap";
    }

    @Override
    public boolean maySee(StoredSession session) {
      return true;
    }

    @Override
    public boolean isOperator() {
      return true;
    }
  }

  /// A ServiceAccount of a cluster, by a token that the cluster vouches for.
  ///
  /// @param name `kubernetes:NAMESPACE:NAME`
  /// @param isOperator the settings name it, or a group of it
  record ServiceAccount(String name, boolean isOperator) implements Caller {
    @Override
    public boolean maySee(StoredSession session) {
      return isOperator || Caller.super.maySee(session);
    }
  }
}
