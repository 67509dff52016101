package dev.ambit.proxy;

import dev.ambit.envelope.Envelope;
import dev.ambit.proxy.model.Limits;
import dev.ambit.proxy.resolve.AddressPolicy;
import dev.ambit.proxy.resolve.NameServer;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// What a proxy takes from the world around it, beside its settings: in production the production
/// rules and the system's clocks, in development and tests others. No setting chooses them.
///
/// @param version of the program
/// @param addresses which addresses may be dialled
/// @param names stands between the resolver and DNS
/// @param objection why an envelope may not be put in force; empty when it may
/// @param limits the bounds of the data plane
/// @param nanoTime the monotonic clock
/// @param random for identifiers and jitter; must be a secure one outside tests
public record Surroundings(
    String version,
    AddressPolicy addresses,
    UnaryOperator<NameServer> names,
    Function<Envelope, Optional<String>> objection,
    Limits limits,
    InstantSource clock,
    LongSupplier nanoTime,
    RandomGenerator random) {
  /// The rules that production always has.
  public static Surroundings production(String version, RandomGenerator random) {
    return new Surroundings(
        version,
        AddressPolicy.production(),
        UnaryOperator.identity(),
        Surroundings::forbiddenAddresses,
        Limits.DEFAULT,
        InstantSource.system(),
        System::nanoTime,
        random);
  }

  /// As [#production], with other addresses and names and without an objection to targets on this
  /// machine. Only development mains may call it.
  public static Surroundings development(
      AddressPolicy addresses, UnaryOperator<NameServer> names, RandomGenerator random) {
    return new Surroundings(
        "development",
        addresses,
        names,
        _ -> Optional.empty(),
        Limits.DEFAULT,
        InstantSource.system(),
        System::nanoTime,
        random);
  }

  /// A target may not even name loopback, link-local or metadata, by host or by address block.
  static Optional<String> forbiddenAddresses(Envelope envelope) {
    for (var target : envelope.targets()) {
      for (var host : target.hosts()) {
        if (host.forbidden()) {
          return Optional.of(
              "target "
                  + target.name()
                  + ": hosts: "
                  + host
                  + " (expected: not this machine, its link or its metadata service)");
        }
      }
      var block = target.addresses().forbidden();
      if (block.isPresent()) {
        return Optional.of(
            "target "
                + target.name()
                + ": addresses.cidrs: "
                + block.get().text()
                + " (expected: no block with loopback, link-local or metadata)");
      }
    }
    return Optional.empty();
  }
}
