package dev.ambit.envelope;

import java.util.List;

/// Headers and query parameters that an agent never gets through to an upstream: they carry, or
/// could carry, an authority of its own (envelope.md), or they make an upstream judge another call
/// than we did (A059). The one table.
public final class StripList {
  private StripList() {}

  /// Whether a header of this name (any case) is taken away from every call.
  public static boolean header(CharSequence name) {
    throw new UnsupportedOperationException();
  }

  /// Whether a query parameter of this decoded name is taken away from every call.
  public static boolean query(String name) {
    throw new UnsupportedOperationException();
  }

  /// The table, for the docs: header names, a trailing `*` for a prefix.
  public static List<String> headers() {
    throw new UnsupportedOperationException();
  }

  /// The table, for the docs: query parameter names, a trailing `*` for a prefix.
  public static List<String> queries() {
    throw new UnsupportedOperationException();
  }
}
