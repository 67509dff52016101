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

    **Method**: ROUNDS rounds, in each of which every scenario visits every subject, forwards and backwards by turns; ratios are taken within a round. `nginx-again` is a second
    nginx like the first: what it differs by is the noise. Processor time is user and system of whole processes. Latency is open loop, by a generator that was checked against a
    stalled origin.

    """
        .replace("MACHINE", results.machine())
        .replace("GRANTS", Integer.toString(dev.ambit.bench.subject.Site.GRANTS))
        .replace("ROUNDS", Integer.toString(results.rounds()));
  }
}
