package dev.ambit.e2e.clients;

import dev.ambit.dev.machine.User;
import java.io.IOException;
import java.util.HashMap;

/// What has a line in a table of clients.
public interface Listed {
  /// As the table calls it.
  String title();

  /// How it is pointed at the proxy.
  Setting proxy();

  /// How it comes to trust the pod's authority.
  Setting trust();

  /// Whether the tests choose its version, and not the machine.
  boolean pinned();

  /// An agent with those of its variables alone that the table names.
  default User only(User agent) {
    var named = new HashMap<>(agent.variables());
    named
        .keySet()
        .removeIf(
            name -> !proxy().variables().contains(name) && !trust().variables().contains(name));
    return agent.withOnly(named);
  }

  String version() throws IOException, InterruptedException;
}
