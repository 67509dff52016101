package dev.ambit.bench.load;

import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/// A connection of an agent, whatever it speaks. Confined to its loop.
interface Leg {
  /// Nothing before it was opened.
  @Nullable Channel channel();

  void close();
}
