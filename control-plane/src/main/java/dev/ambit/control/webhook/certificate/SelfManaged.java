package dev.ambit.control.webhook.certificate;

import com.linecorp.armeria.common.TlsKeyPair;
import dev.ambit.spiffe.x509.Keys;
import dev.ambit.spiffe.x509.Leaf;
import dev.ambit.spiffe.x509.SubjectName;
import dev.ambit.spiffe.x509.Validity;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A certificate from an authority that the replicas look after themselves: it lies in a Secret,
/// the one that holds the Lease makes and renews it and tells the API server, and each signs its
/// own leaf with it.
///
/// What is shown is always something that the API server has been told to believe: a new authority
/// is told first, together with the one before, and leaves of it are shown a while later.
public final class SelfManaged implements Certificate {
  static final Duration LEAF_LIFE = Duration.ofDays(7);

  /// How long API servers may take to hear of a change.
  static final Duration SETTLE = Duration.ofSeconds(30);

  private static final Duration PERIOD = Duration.ofSeconds(3);
  private static final Logger LOG = LoggerFactory.getLogger(SelfManaged.class);

  private final KubernetesClient client;
  private final AuthoritySecret secret;
  private final TrustedBundle bundle;
  private final List<SubjectName> names;
  private final InstantSource clock;
  private final Holder holder;
  private final Turns turns;
  private volatile State state = new State(null, "certificate: none yet");

  // Of the thread that takes turns.
  private @Nullable X509Certificate told;
  private Instant toldAt = Instant.MIN;

  /// What is shown, and why it could not be believed; empty: it can.
  private record State(@Nullable Shown shown, String unready) {}

  /// @param authority that signed it
  private record Shown(TlsKeyPair keys, X509Certificate authority) {
    X509Certificate leaf() {
      return keys.certificateChain().getFirst();
    }
  }

  /// Where everything lies, and who this is.
  ///
  /// @param configuration name of the MutatingWebhookConfiguration
  /// @param names that the API server asks for
  /// @param replica holder of the Lease
  public record Place(
      String namespace,
      String secret,
      String lease,
      String configuration,
      List<SubjectName> names,
      String replica) {
    public Place {
      names = List.copyOf(names);
    }
  }

  private SelfManaged(KubernetesClient client, Place place, InstantSource clock, Duration period) {
    this.client = client;
    this.secret = new AuthoritySecret(client, place.namespace(), place.secret());
    this.bundle = new TrustedBundle(client, place.configuration());
    this.names = place.names();
    this.clock = clock;
    this.holder = new Holder(client, place.namespace(), place.lease(), place.replica());
    this.turns = new Turns("ambit-certificate", period, this::turn);
  }

  /// Begins to look after it; there may be none for a moment.
  ///
  /// @param client closed with this
  public static SelfManaged start(KubernetesClient client, Place place, InstantSource clock) {
    return new SelfManaged(client, place, clock, PERIOD);
  }

  @Override
  public @Nullable TlsKeyPair keyPair(String host) {
    var shown = state.shown();
    return shown == null ? null : shown.keys();
  }

  @Override
  public Optional<Instant> expiry() {
    return Optional.ofNullable(state.shown()).map(shown -> shown.leaf().getNotAfter().toInstant());
  }

  @Override
  public Optional<String> unready() {
    return Optional.of(state.unready()).filter(why -> !why.isEmpty());
  }

  @Override
  public void close() {
    turns.close();
    holder.close();
    client.close();
  }

  /// One look at the cluster. When it cannot be reached all stays as it is.
  private void turn() {
    try {
      var now = clock.instant();
      var held = secret.read();
      if (holder.holds()) {
        held = Optional.of(secret.keep(held, Holdings.next(held, now)));
      }
      if (held.isEmpty()) {
        unready("certificate: no authority yet (expected: the holder of the Lease makes one)");
        return;
      }
      var trusted = bundle.read();
      if (holder.holds()) {
        trusted = bundle.keep(trusted, held.get().bundle());
      }
      show(held.get(), trusted, now);
    } catch (KubernetesClientException unreachable) {
      LOG.warn("certificate: the cluster cannot be asked: {}", unreachable.getMessage());
    }
  }

  private void show(Holdings held, List<X509Certificate> trusted, Instant now) {
    var authority = held.authority().certificate();
    if (!trusted.contains(authority)) {
      told = null;
    } else if (!authority.equals(told)) {
      told = authority;
      toldAt = now;
    }
    var shown = state.shown();
    var usable =
        shown != null
            && trusted.contains(shown.authority())
            && now.isBefore(shown.leaf().getNotAfter().toInstant());
    var settled = told != null && !now.isBefore(toldAt.plus(SETTLE));
    var due =
        shown == null
            || !shown.authority().equals(authority)
            || !now.isBefore(Holdings.renewAt(shown.leaf()));
    if (told != null && due && (settled || !usable)) {
      shown = mint(held, now);
      usable = true;
    }
    state =
        new State(shown, usable ? "" : "certificate: the API server is not told to believe it yet");
  }

  private Shown mint(Holdings held, Instant now) {
    var keys = Keys.generate();
    var validity = Validity.from(now, LEAF_LIFE);
    var leaf =
        held.authority()
            .issue(keys.getPublic(), Leaf.server(validity, names.toArray(SubjectName[]::new)));
    var authority = held.authority().certificate();
    LOG.info("certificate: signed, until {}", leaf.getNotAfter().toInstant());
    return new Shown(TlsKeyPair.of(keys.getPrivate(), leaf, authority), authority);
  }

  private void unready(String why) {
    state = new State(state.shown(), why);
  }
}
