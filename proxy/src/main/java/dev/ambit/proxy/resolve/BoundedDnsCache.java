package dev.ambit.proxy.resolve;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/// Netty's cache with a bound on its names (A155): an agent that may call `*.example.org` chooses
/// them. Of more the oldest is forgotten. Confined to its loop.
final class BoundedDnsCache implements DnsCache {
  private final DnsCache kept;
  private final int namesMax;
  private final SequencedSet<String> names = new LinkedHashSet<>();

  /// @param ttlMax longest life of an answer, in seconds
  /// @param negativeTtl life of a failure, in seconds
  BoundedDnsCache(int namesMax, int ttlMax, int negativeTtl) {
    this.namesMax = namesMax;
    this.kept = new DefaultDnsCache(0, ttlMax, negativeTtl);
  }

  int size() {
    return names.size();
  }

  @Override
  public List<? extends DnsCacheEntry> get(String name, DnsRecord[] additionals) {
    return kept.get(name, additionals);
  }

  @Override
  public DnsCacheEntry cache(
      String name, DnsRecord[] additionals, InetAddress address, long ttl, EventLoop loop) {
    makeRoom(name);
    return kept.cache(name, additionals, address, ttl, loop);
  }

  @Override
  public DnsCacheEntry cache(
      String name, DnsRecord[] additionals, Throwable cause, EventLoop loop) {
    makeRoom(name);
    return kept.cache(name, additionals, cause, loop);
  }

  @Override
  public void clear() {
    names.clear();
    kept.clear();
  }

  @Override
  public boolean clear(String name) {
    names.remove(name);
    return kept.clear(name);
  }

  /// Names whose answers have expired by themselves are still counted until their turn comes.
  private void makeRoom(String name) {
    if (names.add(name) && names.size() > namesMax) {
      var _ = kept.clear(names.removeFirst());
    }
  }
}
