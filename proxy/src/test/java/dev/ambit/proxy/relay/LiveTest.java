package dev.ambit.proxy.relay;

import static dev.ambit.proxy.testing.Samples.ONE;
import static dev.ambit.proxy.testing.Samples.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Reason;
import dev.ambit.envelope.SessionId;
import dev.ambit.proxy.admit.Admission;
import dev.ambit.proxy.admit.Admitted;
import dev.ambit.proxy.admit.Gate;
import dev.ambit.proxy.credential.CredentialCache;
import dev.ambit.proxy.credential.Dispatch;
import dev.ambit.proxy.model.Denial;
import dev.ambit.proxy.model.Outcome;
import dev.ambit.proxy.model.Session;
import dev.ambit.proxy.model.SessionImage;
import dev.ambit.proxy.testing.Samples;
import dev.ambit.proxy.testing.Way;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What is under way is judged once by each version of its session, however many images come.
class LiveTest {
  private final Session one = Samples.session(ONE, 1);
  private final Session two = Samples.session(TWO, 1);
  private final Asked gate = new Asked();
  private final Live live = new Live(gate);

  @Test
  void cutsTheCallsOfTheSessionThatEndedAndAsksNothingOfOthers() {
    var first = held(ONE);
    var second = held(TWO);
    live.enforce(Samples.image(one, two));
    assertThat(gate.asked).containsExactlyInAnyOrder(first.admitted, second.admitted);
    gate.asked.clear();
    live.enforce(Samples.image(two));
    assertThat(gate.asked).containsExactly(first.admitted);
    assertThat(first.cut).containsExactly(Reason.SESSION_ENDED);
    assertThat(second.cut).isEmpty();
  }

  @Test
  void judgesACallThatCameSinceByTheSameSessionToo() {
    held(ONE);
    live.enforce(Samples.image(one));
    gate.asked.clear();
    var late = held(ONE);
    gate.lapsed.put(late.admitted, Denial.of(Reason.PATH_NOT_GRANTED, null));
    live.enforce(Samples.image(one));
    assertThat(late.cut).containsExactly(Reason.PATH_NOT_GRANTED);
  }

  @Test
  void judgesAllCallsOfASessionByItsNextVersion() {
    var first = held(ONE);
    var second = held(ONE);
    live.enforce(Samples.image(one));
    gate.lapsed.put(second.admitted, Denial.of(Reason.PATH_NOT_GRANTED, null));
    live.enforce(Samples.image(Samples.session(ONE, 2)));
    assertThat(first.cut).isEmpty();
    assertThat(second.cut).containsExactly(Reason.PATH_NOT_GRANTED);
  }

  @Test
  void cutsWhatCameBackAfterItsSessionWasOutOfForce() {
    var call = held(ONE);
    live.enforce(Samples.image(one));
    live.enforce(SessionImage.EMPTY);
    live.enforce(Samples.image(one));
    assertThat(call.cut).containsExactly(Reason.SESSION_ENDED);
    assertThat(gate.asked).hasSize(3);
  }

  private Call held(SessionId session) {
    var call = new Call(session);
    live.hold(call, CompletableFuture::new);
    return call;
  }

  private static Admitted permitted() {
    var way = new Way();
    way.image = Samples.image(Samples.session(ONE, 1));
    var gate =
        new Admission(
            () -> way.image,
            () -> way.lease,
            _ -> CompletableFuture.completedStage(true),
            way.time,
            way.time);
    var credentials =
        new CredentialCache((_, _, _, _) -> new CompletableFuture<>(), way.time, way.time);
    var route = Way.value(way.route("https://api.good.test/bare"));
    return Way.value(Way.now(gate.admit(Way.value(Way.now(credentials.attach(route))))));
  }

  private static final class Call implements Live.Cuttable {
    private final SessionId session;
    private final Admitted admitted = permitted();
    private final List<Reason> cut = new ArrayList<>();

    private Call(SessionId session) {
      this.session = session;
    }

    @Override
    public Admitted admitted() {
      return admitted;
    }

    @Override
    public SessionId session() {
      return session;
    }

    @Override
    public void cut(Denial denial) {
      cut.add(denial.reason());
    }
  }

  /// Remembers which calls it was asked for.
  private static final class Asked implements Gate {
    private final List<Admitted> asked = new ArrayList<>();
    private final Map<Admitted, Denial> lapsed = new HashMap<>();

    @Override
    public CompletionStage<Outcome<Admitted>> admit(Dispatch dispatch) {
      throw new UnsupportedOperationException("only calls under way are judged");
    }

    @Override
    public @Nullable Denial objection(Admitted admitted) {
      throw new UnsupportedOperationException("only calls under way are judged");
    }

    @Override
    public @Nullable Denial lapse(Admitted admitted) {
      asked.add(admitted);
      return lapsed.get(admitted);
    }
  }
}
