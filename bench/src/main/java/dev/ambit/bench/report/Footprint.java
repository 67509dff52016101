package dev.ambit.bench.report;

/// Memory of one subject in MiB.
///
/// @param idle RSS after 200 calls and a rest
/// @param privateDirty at the same moment
/// @param hundred RSS with 100 connections that have all been answered
/// @param thousand RSS with 1,000 of them
/// @param tenProportional mean PSS of ten of them at once, after 200 calls each; not a number where
///   it was not asked for
public record Footprint(
    String subject,
    double idle,
    double privateDirty,
    double hundred,
    double thousand,
    double tenProportional) {}
