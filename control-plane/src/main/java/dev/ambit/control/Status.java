package dev.ambit.control;

import dev.ambit.control.credential.oauth.Reach;
import dev.ambit.control.publish.ProxyServer;
import dev.ambit.control.resources.CurrentResources;
import dev.ambit.control.session.SessionState;
import dev.ambit.control.store.SessionTable;
import dev.ambit.proto.v1.GetStatusResponse;
import dev.ambit.proto.v1.ProviderHost;
import dev.ambit.proto.v1.ResourceFinding;
import java.util.Optional;
import java.util.TreeMap;

/// What a person who operates the control plane has to look after, gathered from its parts.
record Status(
    String self,
    CurrentResources resources,
    SessionTable sessions,
    Evidence evidence,
    ProxyServer proxies,
    Reach reach) {
  private static final int FINDINGS_MAX = 100;
  private static final int ROWS_MAX = 1_000;
  private static final String VERSION =
      Optional.ofNullable(Status.class.getPackage().getImplementationVersion())
          .orElse("unpackaged");

  /// The status of this moment. Reads the store and asks the issuers.
  GetStatusResponse now() {
    var counts = sessions.count();
    var status =
        GetStatusResponse.newBuilder()
            .setControlPlane(self)
            .setVersion(VERSION)
            .setResourcesDigest(resources.current().digest())
            .setResourcesStale(resources.stale())
            .setProxies(proxies.attached())
            .setSessionsActive(counts.getOrDefault(SessionState.ACTIVE, 0L))
            .setSessionsSuspended(counts.getOrDefault(SessionState.SUSPENDED, 0L))
            .setSessionsClosing(counts.getOrDefault(SessionState.CLOSING, 0L))
            .setClosuresOverdue(evidence.closures().overdue())
            .setAuditChainsBroken(evidence.audit().broken())
            .setGrantingLeases(proxies.granting());
    status.addAllAttached(proxies.standing(ROWS_MAX));
    var providers = new TreeMap<>(resources.current().providers()).values();
    reach.look(providers).stream()
        .limit(ROWS_MAX)
        .forEach(found ->
            status.addProviderHosts(
                ProviderHost.newBuilder()
                    .setProvider(found.provider())
                    .setHost(found.host())
                    .setProblem(found.problem())));
    resources.findings().stream()
        .limit(FINDINGS_MAX)
        .forEach(finding ->
            status.addFindings(
                ResourceFinding.newBuilder()
                    .setFile(finding.file())
                    .setLine(finding.line())
                    .setKey(finding.key())
                    .setMessage(finding.message())));
    return status.build();
  }
}
