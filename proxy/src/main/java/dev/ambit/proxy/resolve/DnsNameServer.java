package dev.ambit.proxy.resolve;

import dev.ambit.proxy.transport.Transport;
import io.netty.channel.EventLoop;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DefaultDnsCache;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
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

/// Forwards look-ups to the configured servers and to no others; no search domains. At most
/// [#LOOKUPS_MAX] at once; more wait for nothing and fail. Confined to its loop.
public final class DnsNameServer implements NameServer, AutoCloseable {
  static final int LOOKUPS_MAX = 256;
  static final int TTL_MAX_SECONDS = 30;
  private static final int NEGATIVE_TTL_SECONDS = 2;
  private static final int QUERIES_MAX = 8;
  private static final int PAYLOAD_MAX = 4_096;
  private static final Duration QUERY_WAIT = Duration.ofSeconds(2);

  private final DnsNameResolver resolver;
  private int running;

  /// Forwards to these servers.
  ///
  /// @param servers asked in order; empty for those of the machine's resolv.conf
  public DnsNameServer(EventLoop loop, Transport transport, List<InetSocketAddress> servers)
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
            .resolveCache(new DefaultDnsCache(0, TTL_MAX_SECONDS, NEGATIVE_TTL_SECONDS))
            .queryTimeoutMillis(QUERY_WAIT.toMillis())
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
            answer.complete(List.copyOf(found));
          } else {
            answer.completeExceptionally(done.cause());
          }
        });
    return answer;
  }

  @Override
  public void close() {
    resolver.close();
  }
}
