package dev.ambit.bench.report;

/// One slice of one round.
///
/// @param scenario its word
/// @param cpu processor seconds per 1,000 units, not a number for the arm without a proxy
/// @param p50 median duration of a unit, in milliseconds
/// @param p99 in milliseconds
/// @param resident RSS at its end, in MiB
/// @param units what was done
/// @param stolen whether the hypervisor took too much of it for the figure to count
public record Sample(
    String scenario,
    String subject,
    int round,
    double cpu,
    double p50,
    double p99,
    double resident,
    long units,
    boolean stolen) {}
