package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.machine.User;
import dev.ambit.e2e.clients.GrpcClient;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Clients of gRPC make calls of one message and of many, and get what the upstream says, or read
/// why they were denied.
abstract class GrpcTrials {
  /// Who runs them.
  abstract User agent();

  abstract NoteService notes();

  /// HOST:PORT
  abstract String target();

  @ParameterizedTest
  @EnumSource
  void getsTheAnswerToAMessageWithACredentialItNeverSees(GrpcClient client) throws Exception {
    var _ = notes().keys();
    assertThat(client.ask(agent(), target(), NoteService.path("Get"), "hello"))
        .isEqualTo("OK hello");
    assertThat(notes().keys()).hasSize(1).first().asString().startsWith("Bearer ");
  }

  @ParameterizedTest
  @EnumSource
  void talksBackAndForthInOneCall(GrpcClient client) throws Exception {
    var _ = notes().keys();
    assertThat(client.talk(agent(), target(), NoteService.path("Talk"), 200)).isEqualTo("OK m199");
    assertThat(notes().keys()).hasSize(1);
  }

  @ParameterizedTest
  @EnumSource
  void getsTheStatusOfTheUpstream(GrpcClient client) throws Exception {
    assertThat(client.ask(agent(), target(), NoteService.path("Get"), "fail"))
        .isEqualTo("DATA_LOSS as it was asked for");
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyACallWasDenied(GrpcClient client) throws Exception {
    var _ = notes().keys();
    assertThat(client.ask(agent(), target(), NoteService.path("Delete"), "hello"))
        .startsWith("PERMISSION_DENIED ")
        .contains("notes.v1.Notes/Get", "notes.v1.Notes/Talk");
    assertThat(notes().keys()).isEmpty();
  }
}
