package dev.ambit.control.caller;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// Tells who a bearer token makes its holder on the port for people: where a cluster vouches for
/// ServiceAccounts, one of them; where it was told so, whoever holds the bootstrap token.
///
/// @param bootstrap empty: no such token was given to anybody
/// @param accounts empty: there is no cluster
public record People(Optional<BootstrapToken> bootstrap, Optional<ReviewedTokens> accounts) {
  /// Does not block.
  public CompletableFuture<Identity> judge(String token) {
    var verdict = bootstrap.map(known -> known.judge(token)).orElse(BootstrapToken.Verdict.WRONG);
    return switch (verdict) {
      case GOOD -> CompletableFuture.completedFuture(new Identity.Known(new Caller.Bootstrap()));
      case EXPIRED ->
          unknown(
              "authorization: expired token (expected: restart the control plane for a new one)");
      case WRONG ->
          accounts
              .map(reviewed -> reviewed.judge(token))
              .orElseGet(
                  () -> unknown("authorization: wrong token (expected: that of the last start)"));
    };
  }

  private static CompletableFuture<Identity> unknown(String why) {
    return CompletableFuture.completedFuture(new Identity.Unknown(why));
  }
}
