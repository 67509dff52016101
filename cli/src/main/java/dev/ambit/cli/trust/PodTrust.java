package dev.ambit.cli.trust;

import dev.ambit.cli.Errors;
import dev.ambit.cli.ExitCode;
import dev.ambit.cli.Failure;
import dev.ambit.cli.Progress;
import dev.ambit.cli.Shell;
import dev.ambit.cli.cluster.AgentPod;
import dev.ambit.cli.cluster.Inside;
import dev.ambit.cli.connect.ConnectionOptions;
import dev.ambit.cli.connect.Connector;
import dev.ambit.cli.connect.HostPort;
import dev.ambit.cli.print.Item;
import dev.ambit.envelope.Envelope;
import dev.ambit.envelope.EnvelopeCodec;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Protocol;
import dev.ambit.proto.v1.GetSessionRequest;
import dev.ambit.proto.v1.ListSessionsRequest;
import dev.ambit.proto.v1.SessionState;
import io.grpc.StatusRuntimeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Tries the clients of a pod's image against the proxy beside them.
record PodTrust(Shell shell, Connector connector, ConnectionOptions connection) {
  /// Granted to nobody on purpose; the answer is mostly the proxy's own refusal.
  static final String PATH = "/.well-known/ambit-trust-test";

  private static final int SESSIONS = 100;

  /// @param host that a target of the pod's session knows; empty: of any of its sessions
  List<Item> look(AgentPod pod, String host) {
    var inside = pod.inside();
    var items = new ArrayList<>(PodFiles.look(inside, pod.variables(), pod.overlaid()));
    var known =
        host.isEmpty()
            ? known(pod.identity())
            : Optional.of(HostPort.parse("--host", host.contains(":") ? host : host + ":443"));
    if (known.isEmpty()) {
      items.add(
          Item.note(
              "clients",
              "not tried: no active session of a workload "
                  + pod.identity()
                  + " has an https target",
              "open one for it, or name a host that a target of it knows: --host HOST"));
      return items;
    }
    items.addAll(calls(inside, "https://" + known.get() + PATH));
    return items;
  }

  private List<Item> calls(Inside inside, String url) {
    var items = new ArrayList<Item>();
    try (var progress = Progress.of(shell, "trying clients")) {
      for (var client : PodClient.ALL) {
        progress.now("trying " + client.name());
        items.add(client.call(inside, url));
      }
    }
    return items;
  }

  /// A host that the proxy answers for, and no other: it makes certificates for those of targets.
  private Optional<HostPort> known(String identity) {
    try (var controlPlane = connector.connect(connection)) {
      var request =
          ListSessionsRequest.newBuilder()
              .setState(SessionState.SESSION_STATE_ACTIVE)
              .setPageSize(SESSIONS);
      do {
        var page = controlPlane.sessions().listSessions(request.build());
        for (var session : page.getSessionsList()) {
          if (!session.getWorkload().getSpiffeId().endsWith(identity)) {
            continue;
          }
          var whole =
              controlPlane
                  .sessions()
                  .getSession(GetSessionRequest.newBuilder().setSessionId(session.getId()).build());
          var found = host(whole.getSession().getEnvelope().toByteArray());
          if (found.isPresent()) {
            return found;
          }
        }
        request.setPageToken(page.getNextPageToken());
      } while (!request.getPageToken().isEmpty());
      return Optional.empty();
    } catch (StatusRuntimeException answered) {
      throw Errors.ofStatus(answered.getStatus());
    }
  }

  private static Optional<HostPort> host(byte[] envelope) {
    if (!(EnvelopeCodec.decode(envelope) instanceof Parsed.Ok<Envelope>(var read))) {
      throw new Failure(
          ExitCode.REFUSED,
          "envelope: not understood; is this command as new as the control plane?");
    }
    return read.targets().stream()
        .filter(target -> target.protocol() == Protocol.HTTPS)
        .flatMap(target ->
            target.hosts().stream()
                .filter(host -> !host.isWildcard() && !host.isLiteral())
                .map(host -> new HostPort(host.text(), target.ports().iterator().next())))
        .findFirst();
  }
}
