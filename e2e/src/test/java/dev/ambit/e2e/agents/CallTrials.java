package dev.ambit.e2e.agents;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.dev.issuer.Endpoints;
import dev.ambit.dev.machine.User;
import dev.ambit.dev.peers.Thief;
import dev.ambit.dev.record.Entry;
import dev.ambit.dev.record.Ledger;
import dev.ambit.e2e.agents.ClientPage.Column;
import dev.ambit.e2e.clients.Client;
import dev.ambit.e2e.set.WholeSet;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What every client is to do, however its calls come to the proxy; what came of it stands in the
/// upstream's own record.
abstract class CallTrials {
  private static final String OWN = "Authorization:Bearer " + WholeSet.OWN_KEY;

  /// Who runs the clients, in a session that grants `GET` of `/v1/items/{id}` and `/v1/download`
  /// and `POST` of `/v1/upload`, with credentials, and `GET` of `/notes/{id}` in cleartext.
  abstract User agent() throws Exception;

  abstract String sessionId() throws Exception;

  abstract String api(String path);

  abstract String notes(String path);

  abstract Ledger upstream();

  abstract Ledger issuer();

  abstract Notes plain();

  abstract Body body();

  abstract ClientPage page();

  @ParameterizedTest
  @EnumSource
  void isAnsweredByTheUpstreamWithACredentialItNeverSees(Client client) throws Exception {
    granted(client, agent());
    granted(client, client.only(agent()));
    page().measured(client, Column.GRANTED, "yes");
  }

  private void granted(Client client, User agent) throws Exception {
    var mark = upstream().mark();

    var reply = client.send(agent, "GET", api("/v1/items/1"), OWN);

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).contains("quarterly figures");
    var arrived = upstream().since(mark, "request");
    assertThat(arrived).hasSize(1);
    var token = Thief.token(arrived.getFirst());
    assertThat(token).isNotEmpty().isNotEqualTo(WholeSet.OWN_KEY);
    assertThat(issued(token)).extracting(entry -> entry.text("client")).containsExactly("ambit");
    assertThat(arrived.getFirst().facts().toString()).doesNotContain(WholeSet.OWN_KEY);
    assertThat(reply.headers() + reply.body()).doesNotContain(token);
  }

  private List<Entry> issued(String token) {
    var digest = Endpoints.digest(token);
    return issuer().since(0, "issue").stream()
        .filter(entry -> entry.text("token").equals(digest))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void readsWhyACallWasDenied(Client client) throws Exception {
    var agent = agent();
    var mark = upstream().mark();

    var reply = client.send(agent, "DELETE", api("/v1/items/1"), OWN);

    Seen.problem(reply, "method_not_granted");
    assertThat(reply.problem("detail")).contains("GET");
    assertThat(reply.problem("session")).isEqualTo(sessionId());
    assertThat(reached(mark)).isEmpty();
    page().measured(client, Column.REFUSED, "403 and the problem");
  }

  @ParameterizedTest
  @EnumSource
  void speaksToAPlainUpstream(Client client) throws Exception {
    var only = client.only(agent());
    plain().paths();

    var granted = client.send(only, "GET", notes("/notes/1"));
    assertThat(granted.status()).isEqualTo(200);
    assertThat(granted.body()).startsWith("a note");

    var denied = client.send(only, "GET", notes("/private"));
    Seen.problem(denied, "path_not_granted");
    assertThat(denied.problem("detail")).contains("/notes/{id}");
    assertThat(plain().paths()).containsExactly("/notes/1");
    page().measured(client, Column.PLAIN, spokenInClear(client, only));
  }

  /// How it spoke to that one, as the page says it.
  abstract String spokenInClear(Client client, User agent) throws Exception;

  @ParameterizedTest
  @EnumSource
  void uploadsABodyByteForByte(Client client) throws Exception {
    var agent = agent();
    var mark = upstream().mark();

    var reply = client.upload(agent, api("/v1/upload"), body().file());

    assertThat(reply.status()).isEqualTo(200);
    var ended = upstream().since(mark, "body_ended").getFirst();
    assertThat(ended.number("bytes")).isEqualTo(Body.BYTES);
    assertThat(ended.text("sha256")).isEqualTo(body().sha256());
    var headers = upstream().since(mark, "request").getFirst().text("headers");
    page()
        .measured(
            client,
            Column.UPLOADED,
            headers.contains("content-length=" + Body.BYTES) ? "with its length" : "in chunks");
  }

  /// The refusal comes long before the client has sent all of it.
  @ParameterizedTest
  @EnumSource
  void readsWhyAnUploadWasDenied(Client client) throws Exception {
    var agent = agent();
    var mark = upstream().mark();
    var seen =
        Seen.of(
            () -> client.upload(agent, api("/v1/download"), body().file()),
            "method_not_granted",
            "Method not granted");
    assertThat(reached(mark)).isEmpty();
    page().measured(client, Column.UPLOAD_REFUSED, seen);
  }

  private List<Entry> reached(int mark) {
    return upstream().since(mark).stream()
        .filter(entry -> entry.is("connected") || entry.is("request"))
        .toList();
  }
}
