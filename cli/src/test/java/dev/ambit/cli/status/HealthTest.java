package dev.ambit.cli.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.ambit.cli.print.Item;
import dev.ambit.cli.print.Item.Verdict;
import dev.ambit.proto.v1.AttachedProxy;
import dev.ambit.proto.v1.GetStatusResponse;
import dev.ambit.proto.v1.ProviderHost;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/// Each thing that can be wrong with a control plane is told once, with what to do.
class HealthTest {
  private static final AttachedProxy PROXY =
      AttachedProxy.newBuilder()
          .setWorkload("spiffe://example.org/agent")
          .setProxyId("01JZ8YQ5V7N3K2M4P6R8T0W1X3")
          .setVersionTold(9)
          .setVersionInForce(9)
          .setLeaseLeft(seconds(12))
          .build();

  @Test
  void findsNothingWrongWithAHealthyOne() {
    assertThat(Health.of(healthy().build()))
        .noneMatch(item -> item.verdict() == Verdict.WRONG)
        .extracting(Item::found)
        .contains(
            "spiffe://example.org/agent (01JZ8YQ5V7N3K2M4P6R8T0W1X3) at version 9, lease 12s",
            "idp at idp.example.org:443 can be reached and is vouched for",
            "3 active, none suspended");
  }

  @Test
  void tellsWhatIsWrong() {
    wrong(status -> status.setResourcesStale(true), "resources", "holds a broken set");
    wrong(status -> status.setGrantingLeases(false), "store", "no leases are granted");
    wrong(
        status -> status.setClosuresOverdue(2).setSessionsClosing(5),
        "closures",
        "2 of 5 sessions are CLOSING for too long");
    wrong(status -> status.setAuditChainsBroken(1), "audit", "1 stretches of chains");
    wrong(proxy(PROXY.toBuilder().clearLeaseLeft()), "proxy", "has no lease");
    wrong(proxy(PROXY.toBuilder().setSessionsRefused(1)), "proxy", "does not put 1 sessions");
    wrong(
        proxy(PROXY.toBuilder().setVersionInForce(7).setBehind(seconds(3))),
        "proxy",
        "is at version 7 of 9 for 3s");
    wrong(
        status ->
            status.setProviderHosts(
                0,
                ProviderHost.newBuilder()
                    .setProvider("idp")
                    .setHost("idp.example.org:443")
                    .setProblem("cannot connect")),
        "provider",
        "idp at idp.example.org:443: cannot connect");
  }

  @Test
  void leavesAProxyAloneThatIsBehindForLessThanASecond() {
    var status = healthy();
    proxy(PROXY.toBuilder().setVersionInForce(7).setBehind(seconds(1))).accept(status);
    assertThat(Health.of(status.build())).noneMatch(item -> item.verdict() == Verdict.WRONG);
  }

  @Test
  void notesWhatIsWorthKnowing() {
    var status = healthy().setSessionsSuspended(1).setProxies(0).clearAttached();
    assertThat(Health.of(status.build()))
        .filteredOn(item -> item.verdict() == Verdict.NOTE)
        .extracting(Item::what)
        .containsExactly("sessions", "proxies");
  }

  private static void wrong(Consumer<GetStatusResponse.Builder> change, String what, String found) {
    var status = healthy();
    change.accept(status);
    assertThat(Health.of(status.build()))
        .filteredOn(item -> item.verdict() == Verdict.WRONG)
        .singleElement()
        .matches(item -> item.what().equals(what))
        .matches(item -> item.found().contains(found), found)
        .matches(item -> !item.advice().isEmpty());
  }

  private static Consumer<GetStatusResponse.Builder> proxy(AttachedProxy.Builder proxy) {
    return status -> status.setAttached(0, proxy);
  }

  private static GetStatusResponse.Builder healthy() {
    return GetStatusResponse.newBuilder()
        .setControlPlane("spiffe://example.org/control")
        .setResourcesDigest("ab")
        .setGrantingLeases(true)
        .setProxies(1)
        .setSessionsActive(3)
        .addAttached(PROXY)
        .addProviderHosts(
            ProviderHost.newBuilder().setProvider("idp").setHost("idp.example.org:443"));
  }

  private static Duration seconds(long seconds) {
    return Duration.newBuilder().setSeconds(seconds).build();
  }
}
