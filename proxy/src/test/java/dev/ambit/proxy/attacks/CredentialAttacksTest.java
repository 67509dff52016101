package dev.ambit.proxy.attacks;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.ambit.envelope.Axes;
import dev.ambit.proto.v1.ReserveResponse;
import dev.ambit.proxy.RawAgent;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Group 4.6: the one credential that goes out is ours, and only to where it belongs; none comes
/// in.
class CredentialAttacksTest extends AttackTest {
  private static final String ITEM = "/v1/items/7";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authorization: Bearer mine\r\n",
        "Authorization: Bearer mine\r\nAUTHORIZATION: Bearer mine\r\n",
        "Authorization : Bearer mine\r\n"
      })
  void a111PutsOursInPlaceOfTheAgentsOwnAuthorization(String fields) throws Exception {
    if (fields.contains(" :")) {
      site.expect("malformed");
      malformed(site.insideGood().send(get(ITEM, site.goodHost(), fields)));
      return;
    }
    granted(site.insideGood().send(get(ITEM, site.goodHost(), fields)).answer());
    var head = site.good.heads.getFirst();
    assertThat(head).doesNotContain("mine").contains("authorization: Bearer " + Canary.VALUE);
    assertThat(head.toLowerCase(Locale.ROOT).split("\r\nauthorization:", -1)).hasSize(2);
  }

  @ParameterizedTest(name = "{0}, credential={1}")
  @MethodSource("authorities")
  void a112StripsEveryAuthorityOfTheAgentsOwn(String what, boolean credential) throws Exception {
    var query = what.startsWith("?") ? what : "";
    var fields = query.isEmpty() ? what + ": mine\r\n" : "";
    if (what.equals("Proxy-Authorization")) {
      site.open(site.zero().byHandle(), "mine");
      fields = "Proxy-Authorization: Bearer mine\r\n";
    }
    var upstream = credential ? site.good : site.echo;
    var host = (credential ? Site.GOOD : Site.ECHO) + ":" + upstream.port();
    var agent = site.inside(credential ? Site.GOOD : Site.ECHO, upstream.port());
    granted(agent.send(get(ITEM + query, host, fields)).answer());
    assertThat(upstream.heads.getFirst()).doesNotContain("mine").startsWith("GET " + ITEM + " ");
    if (!what.equals("Proxy-Authorization")) {
      assertThat(site.decision(0).getNotesList())
          .contains("stripped:" + (query.isEmpty() ? what.toLowerCase(Locale.ROOT) : "query"));
    }
  }

  @Test
  void a112KeepsTheAgentsOwnOnlyWhereAGrantSaysPassAndNotesIt() throws Exception {
    var pass = new Axes(null, null, null, null, true);
    site.open(site.blank().asking("hostile", Site.HOSTILE, site.hostile.port(), pass, "/v1/**"));
    var host = Site.HOSTILE + ":" + site.hostile.port();
    var fields =
        lines(
            "Authorization: Bearer mine", "X-Api-Key: mine", "Cookie: a=mine", "X-Amz-Date: mine");
    granted(site.ask(get("http://" + host + "/v1/x?api_key=mine", host, fields)));
    assertThat(site.hostile.heads.getFirst())
        .startsWith("GET /v1/x?api_key=mine ")
        .containsIgnoringCase("authorization: bearer mine\r\n")
        .containsIgnoringCase("x-api-key: mine\r\n")
        .containsIgnoringCase("cookie: a=mine\r\n")
        .containsIgnoringCase("x-amz-date: mine\r\n");
    assertThat(site.decision(0).getNotesList()).anyMatch(note -> note.startsWith("passed:"));
  }

  static Stream<Object[]> authorities() {
    return Stream.of(
            "Proxy-Authorization",
            "X-Api-Key",
            "X-Auth-Token",
            "Cookie",
            "X-Amz-Date",
            "X-Amz-Security-Token",
            "?api_key=mine",
            "?access_token=mine")
        .flatMap(what -> Stream.of(new Object[] {what, true}, new Object[] {what, false}));
  }

  @Test
  void a117IssuesNothingForADeniedCall() throws Exception {
    denied(
        site.insideGood().send(get("/v1/admin", site.goodHost())).answer(),
        403,
        "path_not_granted");
    assertThat(site.plane.issues).hasValue(0);
    assertThat(site.plane.reservations).hasValue(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"down", "slow"})
  void a118NeverSendsBareWhenNoCredentialCanBeHad(String how) throws Exception {
    var late = new CountDownLatch(1);
    site.plane.issuer =
        request -> {
          try {
            return how.equals("slow") && late.await(20, TimeUnit.SECONDS)
                ? Site.canary(request)
                : null;
          } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
          }
        };
    var agent = site.insideGood();
    long asked = System.nanoTime();
    denied(agent.send(get(ITEM, site.goodHost())).answer(), 503, "credential_unavailable");
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(8));
    late.countDown();
    assertThat(site.good.connections).hasValue(0);
  }

  @Test
  void a119NeverShowsTheTokenOfOneSessionOnTheCallOfAnother() throws Exception {
    var first = site.zero().byHandle();
    var firstId = site.session();
    site.open(first, "one");
    var second = site.zero().byHandle();
    site.plane.put(second.build(), Duration.ofHours(1), Site.digest("two"));
    site.awaitImage();
    site.plane.issuer =
        request ->
            Site.canary(request).toBuilder()
                .setValue(
                    ByteString.copyFrom(
                        "Bearer " + Canary.VALUE + request.getSessionId(), US_ASCII))
                .build();
    for (int i = 0; i < 4; i++) {
      var handle = i % 2 == 0 ? "one" : "two";
      granted(
          site.insideGood()
              .send(get(ITEM, site.goodHost(), "Ambit-Session: " + handle + "\r\n"))
              .answer());
      assertThat(site.good.heads.getLast())
          .contains(Canary.VALUE + (i % 2 == 0 ? firstId : site.session()).value())
          .doesNotContain((i % 2 == 0 ? site.session() : firstId).value());
    }
    assertThat(site.good.connections).hasValue(2);
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("redirects")
  void a123FollowsNoRedirectAndJudgesTheNextCallAnew(String status, String to, String reason)
      throws Exception {
    var target = to.replace("GOOD", site.goodHost()).replace("EVIL", evilHost());
    var field = status.equals("Refresh") ? "Refresh: 0; url=" : "Location: ";
    site.good.script =
        with -> {
          while (!with.request().isEmpty()) {
            with.answer(
                "HTTP/1.1 "
                    + (status.equals("Refresh") ? "200 OK" : status + " Elsewhere")
                    + "\r\n"
                    + field
                    + target
                    + "\r\nContent-Length: 0\r\n\r\n");
          }
        };
    site.expect("");
    var answer = site.insideGood().send(get(ITEM, site.goodHost())).answer();
    assertThat(answer.head()).contains(field + target);
    assertThat(site.good.heads).hasSize(1);
    var host = target.substring("http://".length(), target.indexOf('/', 8));
    denied(site.ask(get(target, host)), 403, reason);
  }

  static Stream<Object[]> redirects() {
    return Stream.of("301", "302", "307", "308", "Refresh")
        .flatMap(status ->
            Stream.of(
                new Object[] {status, "http://EVIL/", "target_unknown"},
                new Object[] {status, "http://GOOD" + ITEM, "protocol_not_granted"}));
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRACE", "Max-Forwards: 0"})
  void a124RefusesTraceAlways(String what) throws Exception {
    var agent = site.inside(Site.ECHO, site.echo.port());
    var host = Site.ECHO + ":" + site.echo.port();
    if (what.equals("TRACE")) {
      denied(
          agent.send("TRACE /v1/x HTTP/1.1\r\nHost: " + host + "\r\n\r\n").answer(),
          405,
          "unsupported");
    } else {
      granted(agent.send(get("/v1/x", host, what + "\r\n")).answer());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"502", "cut", "407", "403", "421", "400", "503", "metrics"})
  void a126ShowsTheCredentialInNoAnswerOfOurs(String what) throws Exception {
    // The credential is there: what goes wrong goes wrong with it in hand.
    granted(site.insideGood().send(get(ITEM, site.goodHost())).answer());
    site.good.hangUp();
    switch (what) {
      case "502" -> {
        site.good.script = with -> endWith(with.request(), "nonsense\r\n\r\n", with.out);
        failing(502);
      }
      case "cut" -> {
        site.good.script =
            with ->
                endWith(
                    with.request(), "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", with.out);
        failing(200);
      }
      case "407" -> {
        site.good.script =
            with ->
                endWith(
                    with.request(),
                    "HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
                    with.out);
        failing(407);
      }
      case "403" ->
          denied(
              site.insideGood().send(get("/x", site.goodHost())).answer(), 403, "path_not_granted");
      case "421" ->
          denied(
              site.insideGood().send(get(ITEM, "evil.test")).answer(), 421, "authority_mismatch");
      case "400" -> {
        site.expect("malformed");
        malformed(site.insideGood().send(get("/v1/%2e%2e", site.goodHost())));
      }
      case "503" -> {
        site.plane.ledger = _ -> ReserveResponse.getDefaultInstance();
        denied(
            site.insideGood().send(get(ITEM, site.goodHost())).answer(),
            503,
            "control_unavailable");
      }
      default -> assertThat(site.page("/metrics")).contains("ambit_calls_total");
    }
  }

  @Test
  void a127AsksForIdentityAndNeverCompresses() throws Exception {
    var answer =
        site.insideGood()
            .send(get(ITEM, site.goodHost(), "Accept-Encoding: gzip, br\r\n", "TE: gzip\r\n"))
            .answer();
    granted(answer);
    assertThat(answer.head()).doesNotContainIgnoringCase("encoding");
    assertThat(site.good.heads.getFirst())
        .contains("\r\nAccept-Encoding: identity\r\n")
        .doesNotContain("gzip");
  }

  private void failing(int status) throws IOException, GeneralSecurityException {
    site.expect("");
    RawAgent.Answer answer = site.insideGood().send(get(ITEM, site.goodHost())).answer();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
  }

  private static void endWith(String request, String answer, java.io.OutputStream out)
      throws IOException {
    if (!request.isEmpty()) {
      out.write(answer.getBytes(US_ASCII));
      out.flush();
    }
  }

  private String evilHost() {
    return Site.EVIL + ":" + site.evil.port();
  }
}
