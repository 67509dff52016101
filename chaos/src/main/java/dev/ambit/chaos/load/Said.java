package dev.ambit.chaos.load;

/// What an agent saw of one call.
///
/// @param outcome the status; after a refusal by the proxy also its reason; or `failed: ...`
/// @param served whether the upstream's own answer came through
/// @param lost whether the connection cannot be used again
public record Said(String outcome, boolean served, boolean lost) {
  static Said failed(String why) {
    return new Said("failed: " + why, false, true);
  }
}
