package dev.ambit.cli.print;

import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/// The same model as YAML 1.2, in block style.
final class Yaml {
  private Yaml() {}

  static String of(Object tree) {
    return new Dump(
            DumpSettings.builder()
                .setDefaultFlowStyle(FlowStyle.BLOCK)
                .setIndicatorIndent(0)
                .setDereferenceAliases(true)
                .build())
        .dumpToString(tree);
  }
}
