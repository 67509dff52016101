package dev.ambit.e2e.agents;

import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.clients.Git;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The pages of the clients are what the tests make of them; what their cells say is compared where
/// it is measured.
class ClientPageTest {
  private static final List<ClientPage> PAGES = List.of(ClientPages.LISTENER, ClientPages.POD);

  @ParameterizedTest
  @EnumSource
  void namesTheVersionThatRuns(Client client) throws Exception {
    var version = client.version();
    for (var page : PAGES) {
      page.measured(client, Column.VERSION, version);
    }
  }

  @Test
  void namesTheVersionOfGit() throws Exception {
    var git = new Git();
    ClientPages.POD.measured(git, Column.VERSION, git.version());
  }

  @Test
  void holdsEveryClientOnceAndNothingElse() throws Exception {
    for (var page : PAGES) {
      page.assertWhole();
    }
  }
}
