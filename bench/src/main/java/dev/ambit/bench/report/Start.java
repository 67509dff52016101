package dev.ambit.bench.report;

import java.util.List;

/// How one subject begins.
///
/// @param readyMillis of each start: from exec to the first answer, in milliseconds
/// @param cold processor seconds of the first 1, 10, 100 and 1,000 calls; the first includes the
///   start of the program
public record Start(String subject, List<Double> readyMillis, List<Double> cold) {
  public Start {
    readyMillis = List.copyOf(readyMillis);
    cold = List.copyOf(cold);
  }
}
