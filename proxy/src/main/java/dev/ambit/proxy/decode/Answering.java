package dev.ambit.proxy.decode;

import dev.ambit.proxy.relay.AgentStream;
import dev.ambit.proxy.respond.Reply;

/// The agent's side of one call, which can also be answered by us. Confined to its loop.
interface Answering extends AgentStream {
  /// Answers with a problem of our own, where nothing of another answer was written.
  void answer(Reply reply);

  /// What the agent was answered; 0 when it got no answer.
  int status();

  /// The way of the call has ended and was told to the log.
  void settle();
}
