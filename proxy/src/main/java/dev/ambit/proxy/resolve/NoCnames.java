package dev.ambit.proxy.resolve;

import io.netty.channel.EventLoop;
import io.netty.resolver.dns.DnsCnameCache;
import org.jspecify.annotations.Nullable;

/// Remembers no alias: a chain is followed within one answer, and what came of it is remembered
/// under the name that was asked for.
final class NoCnames implements DnsCnameCache {
  @Override
  public @Nullable String get(String hostname) {
    return null;
  }

  @Override
  public void cache(String hostname, String cname, long originalTtl, EventLoop loop) {}

  @Override
  public void clear() {}

  @Override
  public boolean clear(String hostname) {
    return false;
  }
}
