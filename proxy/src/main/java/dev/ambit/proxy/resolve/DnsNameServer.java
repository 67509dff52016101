package dev.ambit.proxy.resolve;

import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.NoopAuthoritativeDnsServerCache;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.resolver.dns.UnixResolverDnsServerAddressStreamProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/// Forwards look-ups to the configured servers and to no others; no search domains. Each look-up
/// has a port of its own, so that an answer is hard to forge. At most [#LOOKUPS_MAX] at once; more
/// wait for nothing and fail. Confined to its loop.
public final class DnsNameServer implements NameServer, AutoCloseable {
  static final int LOOKUPS_MAX = 256;

  /// Names that are remembered.
  static final int NAMES_MAX = 1_024;

  /// Addresses of one answer that are looked at.
  static final int ADDRESSES_MAX = 64;

  static final int TTL_MAX_SECONDS = 30;
  private static final int NEGATIVE_TTL_SECONDS = 2;
  private static final int QUERIES_MAX = 8;
  private static final int PAYLOAD_MAX = 4_096;
  private static final Duration QUERY_WAIT = Duration.ofSeconds(2);

  private final DnsNameResolver resolver;
  private final BoundedDnsCache cache =
      new BoundedDnsCache(NAMES_MAX, TTL_MAX_SECONDS, NEGATIVE_TTL_SECONDS);
  private int running;

  /// Forwards to these servers, each asked for at most 2 s.
  ///
  /// @param servers asked in order; empty for those of the machine's resolv.conf
  public DnsNameServer(EventLoop loop, Transport transport, List<InetSocketAddress> servers)
      throws IOException {
    this(loop, transport, servers, QUERY_WAIT);
  }

  DnsNameServer(
      EventLoop loop, Transport transport, List<InetSocketAddress> servers, Duration queryWait)
      throws IOException {
    resolver =
        new DnsNameResolverBuilder(loop)
            .datagramChannelType(transport.datagram())
            .socketChannelType(transport.stream())
            .nameServerProvider(
                servers.isEmpty()
                    ? new UnixResolverDnsServerAddressStreamProvider(
                        new File("/etc/resolv.conf"), (File[]) null)
                    : new SequentialDnsServerAddressStreamProvider(servers))
            .searchDomains(List.of())
            .ndots(1)
            .decodeIdn(false)
            .hostsFileEntriesResolver((_, _) -> null)
            .resolvedAddressTypes(ResolvedAddressTypes.IPV4_PREFERRED)
            .resolveCache(cache)
            .cnameCache(new NoCnames())
            .authoritativeDnsServerCache(NoopAuthoritativeDnsServerCache.INSTANCE)
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .queryTimeoutMillis(queryWait.toMillis())
            .maxQueriesPerResolve(QUERIES_MAX)
            .maxPayloadSize(PAYLOAD_MAX)
            .build();
  }

  @Override
  public CompletionStage<List<InetAddress>> lookup(String host) {
    var answer = new CompletableFuture<List<InetAddress>>();
    if (running == LOOKUPS_MAX) {
      answer.completeExceptionally(new UnknownHostException("too many look-ups at once"));
      return answer;
    }
    running++;
    // The trailing dot says that the name is complete.
    resolver
        .resolveAll(host + ".")
        .addListener(done -> {
          running--;
          if (done.isSuccess()) {
            @SuppressWarnings("unchecked")
            var found = (List<InetAddress>) done.getNow();
            answer.complete(List.copyOf(found.subList(0, Math.min(found.size(), ADDRESSES_MAX))));
          } else {
            answer.completeExceptionally(done.cause());
          }
        });
    return answer;
  }

  /// Names remembered now.
  int remembered() {
    return cache.size();
  }

  @Override
  public void close() {
    resolver.close();
  }
}
