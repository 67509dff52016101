package dev.ambit.control.publish;

import dev.ambit.control.closure.RecordWords;
import dev.ambit.control.session.ProtoTimes;
import dev.ambit.control.store.ProxyTable;
import dev.ambit.control.store.SessionTable;
import dev.ambit.control.store.StoreFailure;
import dev.ambit.envelope.Ids;
import dev.ambit.envelope.SessionId;
import dev.ambit.proto.v1.Ack;
import dev.ambit.proto.v1.AttachRequest;
import dev.ambit.proto.v1.Detach;
import dev.ambit.proto.v1.Heartbeat;
import dev.ambit.proto.v1.Hello;
import dev.ambit.proto.v1.Pod;
import dev.ambit.proto.v1.Recorded;
import dev.ambit.proto.v1.RefusedSession;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one proxy says on its stream, message by message; gRPC calls it from one thread at a time,
/// a virtual one, which may block.
final class AttachHandler implements StreamObserver<AttachRequest> {
  private static final int VERSION_MAX = 64;
  private static final int REFUSED_MAX = 256;
  private static final int TEXT_MAX = 512;
  private static final int ACTIVITY_MAX = 1_024;
  private static final int POD_UID_MAX = 64;
  private static final int POD_NAMESPACE_MAX = 63;
  private static final int POD_NAME_MAX = 253;

  private static final Logger LOG = LoggerFactory.getLogger(AttachHandler.class);

  private final Parts parts;
  private final String workload;
  private final InetAddress peer;
  private final ProxyStream stream;
  private Proxies.@Nullable Attachment attachment;
  private ProxyTable.@Nullable Key proxy;
  private List<RefusedSession> refused = List.of();
  private long heartbeat;

  AttachHandler(Parts parts, String workload, InetAddress peer, ProxyStream stream) {
    this.parts = parts;
    this.workload = workload;
    this.peer = peer;
    this.stream = stream;
    parts.strangers().came(stream);
  }

  @Override
  public void onNext(AttachRequest request) {
    if (stream.ended()) {
      detach();
      return;
    }
    var handled = false;
    try {
      switch (request.getMessageCase()) {
        case HELLO -> hello(request.getHello());
        case ACK -> {
          var ack = request.getAck();
          refused(ack);
          attachment().refuses(ack.getRefusedCount());
          if (!attachment().acknowledge(ack.getEpoch(), ack.getVersion())) {
            throw new IllegalArgumentException(
                "ack.version: " + ack.getVersion() + " (expected: one of this epoch, sent before)");
          }
        }
        case RECORDED -> {
          var _ = recorded(request.getRecorded());
        }
        case DETACH -> left(request.getDetach());
        case HEARTBEAT -> heartbeat(request.getHeartbeat());
        case MESSAGE_NOT_SET ->
            throw new IllegalArgumentException("message: none (expected: one of the known)");
      }
      handled = true;
    } catch (IllegalArgumentException refused) {
      stream.end(Status.INVALID_ARGUMENT.withDescription(refused.getMessage()));
    } finally {
      // Also after what nobody planned, for which gRPC ends the call.
      if (!handled) {
        detach();
      }
    }
  }

  /// An operator must know: the workload can do nothing with such a session. Told again only when
  /// there is another one.
  private void refused(Ack ack) {
    var now = ack.getRefusedList().stream().limit(REFUSED_MAX).toList();
    if (!now.equals(refused)) {
      refused = now;
      now.forEach(session ->
          LOG.error(
              "session {} version {} is refused by its proxy: {}",
              printable(session.getSessionId()),
              session.getVersion(),
              printable(session.getWhy())));
    }
  }

  /// As much of a proxy's text as a log line may hold.
  private static String printable(String text) {
    var cut = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }

  @Override
  public void onError(Throwable failure) {
    detach();
  }

  @Override
  public void onCompleted() {
    stream.end(Status.UNAVAILABLE.withDescription("stream: ended by the proxy"));
    detach();
  }

  private void hello(Hello hello) {
    if (attachment != null) {
      throw new IllegalArgumentException("hello: again (expected: once)");
    }
    Ids.check("hello.proxy_id", hello.getProxyId());
    Ids.check("hello.boot_id", hello.getBootId());
    if (hello.getProxyVersion().length() > VERSION_MAX) {
      throw new IllegalArgumentException(
          "hello.proxy_version: too long (expected: at most " + VERSION_MAX + " characters)");
    }
    var key = new ProxyTable.Key(workload, hello.getProxyId());
    var boot = new Proxies.Boot(key, hello.getBootId());
    switch (parts.gate().arrive(workload, pod(hello), peer)) {
      case PodGate.Verdict.Admitted(var place) -> attach(hello, boot, place);
      case PodGate.Verdict.Refused(var why) -> {
        LOG.error("proxy {} of {} is refused: {}", key.id(), workload, printable(why));
        throw new IllegalArgumentException(why);
      }
      case PodGate.Verdict.Unavailable(var why) ->
          stream.end(Status.UNAVAILABLE.withDescription(why));
    }
  }

  private static Optional<Pod> pod(Hello hello) {
    if (!hello.hasPod()) {
      return Optional.empty();
    }
    var pod = hello.getPod();
    bounded("hello.pod.uid", pod.getUid(), POD_UID_MAX);
    bounded("hello.pod.namespace", pod.getNamespace(), POD_NAMESPACE_MAX);
    bounded("hello.pod.name", pod.getName(), POD_NAME_MAX);
    return Optional.of(pod);
  }

  private static void bounded(String field, String value, int max) {
    if (value.isEmpty() || value.length() > max) {
      throw new IllegalArgumentException(
          field + ": " + value.length() + " characters (expected: 1 to " + max + ")");
    }
  }

  private void attach(Hello hello, Proxies.Boot boot, Place place) {
    if (parts.proxies().doubled(boot, place.uid())) {
      LOG.error(
          "proxy {} of {} attaches a second time, refused: another process was heard {} s ago at most",
          boot.proxy().id(),
          workload,
          Proxies.HEARD_MAX.toSeconds());
      throw new IllegalArgumentException(
          "hello.proxy_id: of a proxy that is attached (expected: no other process of it heard for "
              + Proxies.HEARD_MAX.toSeconds()
              + " s)");
    }
    var key = boot.proxy();
    // On disk before the proxy may act: a successor of this program must know whom to wait for.
    parts.table().attached(key, place.uid(), hello.getBootId(), parts.clock().instant());
    parts.presence().attached(key, place.uid());
    parts.strangers().named(stream);
    proxy = key;
    attachment =
        parts
            .proxies()
            .attach(
                boot,
                place,
                stream,
                new Proxies.Offer(
                    hello.getSaysRecorded(), hello.getSpreadsAttempts(), hello.getProxyVersion()),
                parts.sessions());
  }

  private RecordWords.Word.Said recorded(Recorded recorded) {
    Ids.check("recorded.boot_id", recorded.getBootId());
    var word =
        new RecordWords.Word.Said(recorded.getBootId(), recorded.getSeq(), recorded.getLostUntil());
    if (recorded.getSeq() < 0
        || recorded.getLostUntil() < 0
        || !attachment().records(recorded.getEpoch(), recorded.getVersion(), word)) {
      throw new IllegalArgumentException(
          "recorded: version "
              + recorded.getVersion()
              + ", seq "
              + recorded.getSeq()
              + " (expected: a version that was acknowledged, by a proxy that offered it)");
    }
    return word;
  }

  private void left(Detach detach) {
    var last = recorded(detach.getRecorded());
    if (proxy != null) {
      var at = parts.clock().instant();
      var chains = new ProxyTable.Chains(last.boot(), last.seq(), last.lostUntil());
      // On disk before anybody relies on it: a successor of this program must not wait for it.
      parts.table().detached(proxy, attachment().boot(), chains, at);
      attachment().leave(at);
      parts.presence().left(proxy);
    }
    stream.complete();
    detach();
  }

  private void heartbeat(Heartbeat beat) {
    var attached = attachment();
    if (beat.getN() <= heartbeat) {
      throw new IllegalArgumentException(
          "heartbeat.n: " + beat.getN() + " (expected: more than " + heartbeat + ")");
    }
    if (beat.getActivityCount() > ACTIVITY_MAX) {
      throw new IllegalArgumentException(
          "heartbeat.activity: "
              + beat.getActivityCount()
              + " (expected: at most "
              + ACTIVITY_MAX
              + ")");
    }
    heartbeat = beat.getN();
    if (proxy != null) {
      parts.presence().heard(proxy);
    }
    for (var activity : beat.getActivityList()) {
      var age = ProtoTimes.read("heartbeat.activity.age", activity.getAge());
      parts.presence().active(workload, new SessionId(activity.getSessionId()), age);
    }
    var _ = attached.lease(beat.getN());
  }

  private Proxies.Attachment attachment() {
    if (attachment == null) {
      throw new IllegalArgumentException("message: not a hello (expected: hello first)");
    }
    return attachment;
  }

  private void detach() {
    parts.strangers().named(stream);
    if (attachment == null) {
      stream.gone();
    } else if (attachment.detach() && proxy != null) {
      gone(proxy, attachment.boot());
    }
  }

  /// Not knowing when it left makes a receipt say less, never more.
  private void gone(ProxyTable.Key left, String boot) {
    try {
      parts.table().gone(left, boot, parts.clock().instant());
    } catch (StoreFailure failure) {
      LOG.warn("store: the end of a proxy's stream is not noted", failure);
    }
  }

  /// What every handler shares.
  record Parts(
      Proxies proxies,
      Presence presence,
      ProxyTable table,
      SessionTable sessions,
      PodGate gate,
      InstantSource clock,
      Strangers strangers) {}
}
