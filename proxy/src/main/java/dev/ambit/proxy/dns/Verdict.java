package dev.ambit.proxy.dns;

import dev.ambit.proxy.model.Denial;

/// What a name is to the agent.
sealed interface Verdict {
  /// A host that some target of a live session holds.
  ///
  /// @param host canonical
  record Known(String host) implements Verdict {}

  /// A host of opaque TCP: an address that stands for it alone tells where a connection leads.
  ///
  /// @param host canonical
  record Opaque(String host) implements Verdict {}

  /// A host that no target holds; nobody may know whether it exists.
  ///
  /// @param host canonical
  record Unknown(String host, Denial denial) implements Verdict {}

  /// It cannot be a host: nothing that an agent could be granted or denied.
  record NoHost() implements Verdict {}

  /// It cannot be said now; the agent's resolver should ask again.
  record Unready() implements Verdict {}
}
