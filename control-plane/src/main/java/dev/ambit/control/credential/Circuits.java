package dev.ambit.control.credential;

import java.util.LinkedHashMap;
import java.util.Map;

/// One circuit for each issuer, however many providers ask it. Thread-safe. At most [#ISSUERS_MAX],
/// beyond that the least used is forgotten.
public final class Circuits {
  static final int ISSUERS_MAX = 256;

  private final Map<String, Circuit> circuits =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Circuit> eldest) {
          return size() > ISSUERS_MAX;
        }
      };

  /// @param issuer as in [Capabilities]
  synchronized Circuit of(String issuer) {
    return circuits.computeIfAbsent(issuer, _ -> new Circuit());
  }

  /// Issuers that are not asked for new credentials now.
  public synchronized int open() {
    return Math.toIntExact(circuits.values().stream().filter(Circuit::isOpen).count());
  }
}
