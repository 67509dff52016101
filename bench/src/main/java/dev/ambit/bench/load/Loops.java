package dev.ambit.bench.load;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/// Event loops of the measuring side, on epoll: agents and origin have one each.
public record Loops(EventLoopGroup agents, EventLoopGroup origin) implements AutoCloseable {
  public static Loops open() {
    return new Loops(one("agents"), one("origin"));
  }

  private static EventLoopGroup one(String name) {
    return new MultiThreadIoEventLoopGroup(
        1, new DefaultThreadFactory(name, true), EpollIoHandler.newFactory());
  }

  /// The loop that every agent connection lives on.
  public EventLoop agent() {
    return agents.next();
  }

  @Override
  public void close() {
    var _ = agents.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    var _ = origin.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
