package dev.ambit.cluster.chart;

/// One key of `values.yaml`: what its comment says, and what it is by default.
record Value(String key, String meaning, String byDefault) {
  /// Its row in a table.
  String row() {
    return "| `" + key + "` | " + meaning.replace("|", "\\|") + " | `" + byDefault + "` |\n";
  }
}
