package dev.ambit.bench;

import dev.ambit.bench.report.Results;

/// What stands on docs/performance.md before the tables.
final class Preface {
  private Preface() {}

  static String of(Results results) {
    return """
    # Performance

    Written by `./ambit bench`; figures of one run on MACHINE.

    **Same work for all**: TLS 1.3 on both sides (P-256 leaf, TLS_AES_128_GCM_SHA256), an allow-list of GRANTS path prefixes by host and method, the agent's `Authorization`
    replaced, the origin's certificate verified, keep-alive, one worker, one log line. nginx and Envoy are given a ready leaf and no CONNECT; Ambit and squid intercept and mint.
    Only Ambit also judges by a session under a lease and writes each call's record durably before its first byte. An oracle looks before anything is timed: the origin sees
    the injected credential, a forbidden path gets 403 and never arrives, certificates chain. The configurations are in `bench/src/main/resources`.

    **Beyond HTTP/1.1**: HTTP/2 is one connection of an agent with so many GETs of 1 KiB under way; Envoy and Ambit speak HTTP/2 to the origin as well, nginx can do that for gRPC alone and
    speaks HTTP/1.1 there, squid speaks none and is left out. gRPC is one bidirectional call, a message of 128 bytes there and back, one after the other. A first visit is a call to a host that
    nobody has called before, by a connection of its own: CONNECT, a leaf, a look-up, the upstream's handshake; nginx and Envoy have one ready leaf for all such hosts, and without a proxy nothing
    is looked up. VISITS visits are a slice, and two slices a minute at most: more names than 256 a minute Ambit looks up for no session, so these processes have had some hundreds.

    **Method**: ROUNDS rounds, in each of which every scenario visits every subject, forwards and backwards by turns; ratios are taken within a round. `nginx-again` is a second
    nginx like the first: what it differs by is the noise. Processor time is user and system of whole processes. Latency at a rate is open loop, by a generator that was checked
    against a stalled origin; that of gRPC and of first visits is one agent's that does one thing at a time.

    """
        .replace("MACHINE", results.machine())
        .replace("GRANTS", Integer.toString(dev.ambit.bench.subject.Site.GRANTS))
        .replace("VISITS", Integer.toString(Scenario.VISITS))
        .replace("ROUNDS", Integer.toString(results.rounds()));
  }
}
