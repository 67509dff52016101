package dev.ambit.proxy.model;

import java.util.List;

/// What an agent offers to open a WebSocket with (RFC 6455 4.1). Extensions are none of it: with
/// them, frames could not be read any more.
///
/// @param key as it was sent
/// @param protocols in the order in which the agent likes them
public record WebSocketOffer(String key, List<String> protocols) {
  public WebSocketOffer {
    protocols = List.copyOf(protocols);
  }
}
