package dev.ambit.proxy.decode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.envelope.Protocol;
import dev.ambit.proxy.transport.Alpn;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What is offered follows the target's protocol, and what was learned of its upstream.
class OfferTest {
  private static final Set<Protocol> HTTPS = Set.of(Protocol.HTTPS);
  private static final Set<Protocol> GRPC = Set.of(Protocol.GRPC);
  private static final List<String> BOTH = List.of("h2", "http/1.1");

  @Test
  void offersBothOnFirstContact() {
    assertThat(Offer.of(BOTH, HTTPS, null)).isEqualTo(Alpn.BOTH);
    assertThat(Offer.of(List.of(), HTTPS, null)).isEqualTo(Alpn.BOTH);
    assertThat(Offer.of(BOTH, HTTPS, Alpn.BOTH)).isEqualTo(Alpn.BOTH);
  }

  @Test
  void offersWhatTheUpstreamWasSeenToSpeakUnlessTheAgentSpeaksNothingElse() {
    assertThat(Offer.of(BOTH, HTTPS, Alpn.HTTP1)).isEqualTo(Alpn.HTTP1);
    assertThat(Offer.of(List.of("h2"), HTTPS, Alpn.HTTP1)).isEqualTo(Alpn.BOTH);
    assertThat(Offer.of(List.of("http/1.1"), HTTPS, Alpn.HTTP2)).isEqualTo(Alpn.BOTH);
  }

  @Test
  void offersHttp2AloneWhereOnlyGrpcIsSpoken() {
    assertThat(Offer.of(BOTH, GRPC, Alpn.HTTP1)).isEqualTo(Alpn.HTTP2);
    assertThat(Offer.of(List.of("http/1.1"), GRPC, null)).isNull();
    assertThat(Offer.of(List.of(), GRPC, null)).isNull();
    assertThat(Offer.of(BOTH, Set.of(Protocol.GRPC, Protocol.HTTPS), null)).isEqualTo(Alpn.BOTH);
  }

  @Test
  void a110OffersNothingToWhoSpeaksNothingThatIsSpokenThere() {
    assertThat(Offer.of(List.of("h3", "spdy/3.1"), HTTPS, null)).isNull();
  }

  @Test
  void nothingOfHttp2StandsInTheWayOfWhoDoesNotSpeakIt() {
    assertThat(Offer.mayBecomeHttp2(Alpn.BOTH, List.of("http/1.1"))).isFalse();
    assertThat(Offer.mayBecomeHttp2(Alpn.HTTP1, BOTH)).isFalse();
    assertThat(Offer.mayBecomeHttp2(Alpn.BOTH, BOTH)).isTrue();
  }
}
