package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A target of gRPC takes calls of gRPC, by service and method, and no others.
class GrpcTest {
  private static final Rules RULES =
      Rules.of(
          Fixtures.envelope(
              List.of(Fixtures.target("notes", Protocol.GRPC, 443, "notes.good.test")),
              List.of(
                  Fixtures.grant("get", "notes", Set.of("POST"), "/notes.v1.Notes/Get"),
                  Fixtures.grant("health", "notes", Set.of("POST"), "/grpc.Health/{method}")),
              List.of()));

  @ParameterizedTest
  @ValueSource(
      strings = {"application/grpc", "application/grpc+proto", "Application/gRPC;charset=utf-8"})
  void permitsACallOfAGrantedMethod(String type) {
    assertThat(decide("POST", "/notes.v1.Notes/Get", type)).isInstanceOf(Decision.Permitted.class);
    assertThat(decide("POST", "/grpc.Health/Check", type)).isInstanceOf(Decision.Permitted.class);
  }

  @ParameterizedTest
  @CsvSource({
    "POST, application/json",
    "POST, application/grpc-web",
    "POST, application/grpcx",
    "POST, ''",
    "GET, application/grpc"
  })
  void refusesWhatIsNoCallOfGrpc(String method, String type) {
    assertThat(decide(method, "/notes.v1.Notes/Get", type))
        .isInstanceOfSatisfying(
            Decision.Denied.class,
            no -> {
              assertThat(no.reason()).isEqualTo(Reason.PROTOCOL_NOT_GRANTED);
              assertThat(no.detail()).isEqualTo("Target notes is granted over grpc only.");
            });
  }

  @Test
  void tellsWhatIsGrantedByServiceAndMethod() {
    assertThat(decide("POST", "/notes.v1.Notes/Delete", "application/grpc"))
        .isInstanceOfSatisfying(
            Decision.Denied.class,
            no -> {
              assertThat(no.reason()).isEqualTo(Reason.PATH_NOT_GRANTED);
              assertThat(no.detail())
                  .isEqualTo("On target notes, granted is notes.v1.Notes/Get, grpc.Health/*.");
            });
  }

  @Test
  void twoTypesAreNone() {
    var type = new Line("content-type", "application/grpc");
    assertThat(Grpc.asked(List.of(type))).isTrue();
    assertThat(Grpc.asked(List.of(type, type))).isFalse();
  }

  @Test
  void survivesItsWriting() {
    var envelope = RULES.envelope();
    assertThat(EnvelopeCodec.decode(EnvelopeCodec.encode(envelope)).orThrow()).isEqualTo(envelope);
  }

  private static Decision decide(String method, String path, String type) {
    var bare = Fixtures.call(method, "https://notes.good.test" + path);
    return RULES.decide(
        new Call(
            bare.authority(),
            bare.method(),
            bare.path(),
            bare.query(),
            type.isEmpty() ? List.of() : List.of(new Line("content-type", type)),
            bare.content(),
            null),
        Fixtures.NOON.minusSeconds(1));
  }

  private record Line(CharSequence name, CharSequence value) implements HeaderField {}
}
