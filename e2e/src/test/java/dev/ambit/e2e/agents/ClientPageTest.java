package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The page of the clients is what the tests make of it; what its cells say is compared where it is
/// measured.
class ClientPageTest {
  @ParameterizedTest
  @EnumSource
  void namesTheVersionThatRuns(Client client) throws Exception {
    ClientPage.measured(client, Column.VERSION, client.version());
  }

  @Test
  void holdsEveryClientOnceAndNothingElse() throws Exception {
    var page = ClientPage.read();
    assertThat(ClientPage.text())
        .as("written anew with: " + ClientPage.anew())
        .isEqualTo(page.render());
    assertThat(page.unmeasured()).isFalse();
  }
}
