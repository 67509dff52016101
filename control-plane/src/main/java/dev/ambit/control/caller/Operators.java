package dev.ambit.control.caller;

import dev.ambit.control.caller.TokenReviews.Review;
import java.util.Set;

/// Which ServiceAccounts operate the control plane.
///
/// @param names ServiceAccounts as callers are named, and groups as the cluster names them
public record Operators(Set<String> names) {
  /// What the name of a ServiceAccount as caller begins with.
  public static final String SCHEME = "kubernetes:";

  public Operators {
    names = Set.copyOf(names);
  }

  /// The caller that an account is. No group is named as an account is: a colon and three parts in
  /// it begin with [#SCHEME] here alone.
  Caller.ServiceAccount caller(Review.Account account) {
    var name = SCHEME + account.namespace() + ":" + account.name();
    var operator =
        names.contains(name)
            || account.groups().stream()
                .anyMatch(group -> !group.startsWith(SCHEME) && names.contains(group));
    return new Caller.ServiceAccount(name, operator);
  }
}
