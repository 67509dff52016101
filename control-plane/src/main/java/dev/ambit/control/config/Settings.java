package dev.ambit.control.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What an operator decides, checked.
///
/// @param proxies where proxies attach (mTLS)
/// @param workloads where workloads call the API (mTLS)
/// @param people where people and the command line call the API (TLS and a token)
/// @param admin where health and metrics are read (no TLS, GET only)
/// @param socket of the SPIFFE Workload API
/// @param database file of the store
/// @param resources folder of YAML
/// @param keys folder of the vault key, the signing key and the handle key
/// @param access folder that the command line reads; empty: no bootstrap token is made
/// @param tokenLife how long the bootstrap token is good for; empty: as long as the program runs
/// @param lease how long a proxy may act without fresh word
/// @param handover how long a proxy may act without fresh word after a stop on purpose; zero: as
///   long as its lease runs
/// @param peers patterns of the SPIFFE IDs that may attach; empty: any of the own trust domain
/// @param patience how long to wait for the first SVID
/// @param kubernetes the cluster it runs in; empty: none is asked for anything
public record Settings(
    InetSocketAddress proxies,
    InetSocketAddress workloads,
    InetSocketAddress people,
    InetSocketAddress admin,
    Path socket,
    Path database,
    Path resources,
    Path keys,
    Optional<Path> access,
    Optional<Duration> tokenLife,
    Duration lease,
    Duration handover,
    List<String> peers,
    Duration patience,
    Optional<Kubernetes> kubernetes) {
  public static final Duration LEASE_MIN = Duration.ofSeconds(1);
  public static final Duration LEASE_MAX = Duration.ofSeconds(30);

  /// More no proxy takes.
  public static final Duration HANDOVER_MAX = Duration.ofMinutes(5);

  public Settings {
    peers = List.copyOf(peers);
    if (lease.compareTo(LEASE_MIN) < 0 || lease.compareTo(LEASE_MAX) > 0) {
      throw new IllegalArgumentException("lease: " + lease + " (expected: 1s to 30s)");
    }
    if (handover.isNegative() || handover.compareTo(HANDOVER_MAX) > 0) {
      throw new IllegalArgumentException("handover: " + handover + " (expected: 0s to 300s)");
    }
  }

  /// What it has to do with a cluster.
  ///
  /// @param namespace of the release
  /// @param access name of the ConfigMap by which the command line knows the control plane
  /// @param audience of the tokens that ServiceAccounts show
  /// @param operators ServiceAccounts, `kubernetes:NAMESPACE:NAME`, and groups of the cluster
  /// @param agentId who the proxy of a pod must be, with `{namespace}` and `{service_account}`;
  ///   empty: `/ns/{namespace}/sa/{service_account}` of the own trust domain
  /// @param kubeconfig how its API server is reached; empty: by the account of the own pod
  public record Kubernetes(
      String namespace,
      String access,
      String audience,
      List<String> operators,
      Optional<String> agentId,
      Optional<Path> kubeconfig) {
    public Kubernetes {
      operators = List.copyOf(operators);
    }
  }
}
