package dev.ambit.proxy.admit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.Sharing;
import dev.ambit.proxy.credential.Carrier;
import dev.ambit.proxy.credential.CredentialCache;
import dev.ambit.proxy.credential.Dispatch;
import dev.ambit.proxy.credential.Issuer;
import dev.ambit.proxy.credential.Secret;
import dev.ambit.proxy.model.Intent;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.model.Tombstone;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.testing.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Nothing goes on yesterday's word: every way in which a permit can lapse is asked again.
class AdmissionTest {
  private static final String ITEM = "https://api.good.test/v1/items/7";
  private static final String BARE = "https://api.good.test/bare";

  private final Way way = new Way();
  private final List<Intent> intents = new ArrayList<>();
  private final CredentialCache credentials =
      new CredentialCache((_, grant, _, _) -> issued(grant), way.time, way.time);
  private CompletionStage<Boolean> durable = completedFuture(true);
  private final Admission gate =
      new Admission(
          () -> way.image,
          () -> way.lease,
          intent -> {
            intents.add(intent);
            return durable;
          },
          way.time,
          way.time);

  AdmissionTest() {
    way.image = Samples.image(Samples.session(Samples.ONE, 1));
  }

  @AfterEach
  void wipe() {
    credentials.enforce(SessionImage.EMPTY);
  }

  @Test
  void admitsOnceTheIntentIsDurableAndNoSooner() {
    var writing = new CompletableFuture<Boolean>();
    durable = writing;
    var admitting = gate.admit(dispatch(ITEM)).toCompletableFuture();
    assertThat(admitting).isNotDone();
    writing.complete(true);
    assertThat(gate.objection(Way.value(admitting.join()))).isNull();
    var intent = intents.getFirst();
    assertThat(intent.grant()).isEqualTo("items");
    assertThat(intent.target()).isEqualTo("good");
    assertThat(intent.address()).isEqualTo("192.0.2.1:443");
    assertThat(intent.credentialId()).isEqualTo("01ARZ3NDEKTSV4RRFFQ69G5FCR");
  }

  @Test
  void refusesWhenTheIntentCannotBeWritten() {
    durable = completedFuture(false);
    assertThat(admitted(dispatch(BARE))).isEqualTo("audit_unavailable");
  }

  @Test
  void refusesWithoutALease() {
    var dispatch = dispatch(BARE);
    way.lease = false;
    assertThat(admitted(dispatch)).isEqualTo("lease_lost");
    assertThat(intents).isEmpty();
  }

  @Test
  void refusesWhatHasEndedBeenSuspendedOrExpiredMeanwhile() {
    var dispatch = dispatch(BARE);
    way.image =
        new SessionImage(
            1, 2, Map.of(), Map.of(Samples.ONE, new Tombstone(Reason.SESSION_IDLE, "")));
    assertThat(admitted(dispatch)).isEqualTo("session_idle");
    way.image = new SessionImage(1, 2, Map.of(), Map.of());
    assertThat(admitted(dispatch)).isEqualTo("no_session");
    way.image = Samples.image(version(2, true));
    assertThat(admitted(dispatch)).isEqualTo("session_suspended");
    way.image = Samples.image(version(2, false));
    assertThat(admitted(dispatch)).isEqualTo("permitted");
    way.time.advance(Duration.ofSeconds(5_000));
    assertThat(admitted(dispatch)).isEqualTo("session_expired");
  }

  @Test
  void refusesWhatANewerVersionNoLongerPermits() {
    var dispatch = dispatch(BARE);
    var narrower = Samples.without(Samples.envelope(Samples.ONE, Sharing.EXCLUSIVE), "bare");
    way.image = Samples.image(Samples.session(narrower, 2, false, Long.MAX_VALUE / 2, ""));
    assertThat(admitted(dispatch)).isEqualTo("path_not_granted");
  }

  @Test
  void refusesOnAnOlderVersionOfTheSession() {
    way.image = Samples.image(version(3, false));
    var dispatch = dispatch(BARE);
    way.image = Samples.image(version(2, false));
    assertThat(admitted(dispatch)).isEqualTo("no_session");
  }

  @Test
  void refusesWithACredentialThatWasWipedOrIsOver() {
    var wiped = dispatch(ITEM);
    credentials.enforce(SessionImage.EMPTY);
    assertThat(admitted(wiped)).isEqualTo("credential_unavailable");
    var over = dispatch(ITEM);
    way.time.advance(Duration.ofSeconds(595));
    assertThat(admitted(over)).isEqualTo("credential_unavailable");
  }

  @Test
  void lapsesForARunningCallWhenItsSessionEndsButNotWhenItsCredentialIsRenewed() {
    var admitted = Way.value(Way.now(gate.admit(dispatch(ITEM))));
    admitted.dispatch().route().reservation().spend();
    way.time.advance(Duration.ofSeconds(595));
    assertThat(gate.lapse(admitted)).isNull();
    assertThat(gate.objection(admitted)).as("not a second time").isNotNull();
    way.image = SessionImage.EMPTY;
    assertThat(gate.lapse(admitted)).isNotNull();
  }

  private static Session version(long version, boolean suspended) {
    return Samples.session(
        Samples.envelope(Samples.ONE, Sharing.EXCLUSIVE),
        version,
        suspended,
        Duration.ofMinutes(50).toNanos(),
        "");
  }

  private String admitted(Dispatch dispatch) {
    return Way.said(Way.now(gate.admit(dispatch)));
  }

  private Dispatch dispatch(String url) {
    return Way.value(Way.now(credentials.attach(Way.value(way.route(url)))));
  }

  private static CompletionStage<Issuer.Answer> issued(String grant) {
    return completedFuture(
        new Issuer.Answer.Issued(
            "01ARZ3NDEKTSV4RRFFQ69G5FCR",
            Samples.ONE.value(),
            grant,
            "https://api.good.test:443",
            new Carrier.Header("authorization"),
            Secret.move("Bearer x".getBytes(US_ASCII)),
            Duration.ofMinutes(10)));
  }
}
