package dev.ambit.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cli.print.Item.Verdict;
import dev.ambit.proto.v1.AttachedProxy;
import dev.ambit.proto.v1.GetStatusResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A control plane serves proxies of its own minor version and the one before.
class SkewTest {
  @ParameterizedTest
  @CsvSource({
    "0.2.0, 0.2.0, GOOD",
    "0.2.0, 0.2.1, NOTE",
    "0.2.0-SNAPSHOT, 0.1.9, NOTE",
    "0.3.0, 0.1.0, WRONG",
    "0.2.0, 0.3.0, WRONG",
    "1.2.0, 0.2.0, WRONG"
  })
  void judgesEachProxyByTheControlPlanesVersion(String own, String proxy, Verdict verdict) {
    assertThat(Skew.of(status(own, proxy)))
        .singleElement()
        .satisfies(item -> {
          assertThat(item.verdict()).isEqualTo(verdict);
          assertThat(item.found()).contains(own);
        });
  }

  @Test
  void namesTheProxyByItsPod() {
    assertThat(Skew.of(status("0.3.0", "0.1.0")).getFirst().found())
        .contains("does not serve agents/coder-0 (0.1.0)");
  }

  @Test
  void saysNothingOfProgramsWithoutAVersion() {
    assertThat(Skew.of(status("unpackaged", "0.1.0"))).isEmpty();
    assertThat(Skew.of(status("0.1.0", "unpackaged")).getFirst().verdict()).isEqualTo(Verdict.GOOD);
  }

  private static GetStatusResponse status(String own, String proxy) {
    return GetStatusResponse.newBuilder()
        .setVersion(own)
        .addAttached(
            AttachedProxy.newBuilder()
                .setProxyVersion(proxy)
                .setNamespace("agents")
                .setPod("coder-0"))
        .build();
  }
}
