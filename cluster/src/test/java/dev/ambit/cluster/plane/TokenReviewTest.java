package dev.ambit.cluster.plane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ambit.cluster.machine.ApiServer;
import dev.ambit.cluster.machine.OneApiServer;
import dev.ambit.control.caller.TokenReviews.Review;
import dev.ambit.control.kubernetes.ApiTokenReviews;
import dev.ambit.testkit.Await;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import java.nio.file.Files;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// A real API server vouches for tokens of ServiceAccounts that are for this program, and for no
/// others.
@ExtendWith(OneApiServer.class)
class TokenReviewTest {
  private static final String NAMESPACE = "token-review";

  private final ApiServer api;
  private final ApiTokenReviews reviews;

  TokenReviewTest(ApiServer api) {
    this.api = api;
    this.reviews = new ApiTokenReviews(api.client(), "ambit");
    var _ =
        api.client()
            .resource(
                new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
            .serverSideApply();
  }

  @Test
  void admitsAnAccountByATokenForThisProgram() {
    account("bot");
    assertThat(reviews.review(token("bot", "ambit")))
        .isInstanceOfSatisfying(
            Review.Account.class,
            account -> {
              assertThat(account.namespace()).isEqualTo(NAMESPACE);
              assertThat(account.name()).isEqualTo("bot");
              assertThat(account.groups()).contains("system:serviceaccounts:" + NAMESPACE);
            });
  }

  @Test
  void refusesATokenForAnotherAudience() {
    account("other");
    assertThat(reviews.review(token("other", "somebody-else"))).isInstanceOf(Review.Refused.class);
    // What every pod has is for the API server.
    assertThat(reviews.review(token("other", "https://kubernetes.default.svc.cluster.local")))
        .isInstanceOf(Review.Refused.class);
  }

  @Test
  void refusesATokenWhoseAccountIsGone() {
    account("gone");
    var token = token("gone", "ambit");
    assertThat(reviews.review(token)).isInstanceOf(Review.Account.class);
    api.client().serviceAccounts().inNamespace(NAMESPACE).withName("gone").delete();
    Await.until("refused", () -> reviews.review(token) instanceof Review.Refused);
    // Another of the same name is another one.
    account("gone");
    assertThat(reviews.review(token)).isInstanceOf(Review.Refused.class);
  }

  @Test
  void refusesATokenThatHasExpired() throws Exception {
    account("late");
    var token = token("late", "ambit");
    assertThat(reviews.review(signed(token, claims(token)))).isInstanceOf(Review.Account.class);
    var past = claims(token).replaceAll("\"(iat|nbf|exp)\":\\d+", "\"$1\":1700000000");
    assertThat(past).isNotEqualTo(claims(token));
    assertThat(reviews.review(signed(token, past)))
        .isInstanceOfSatisfying(
            Review.Refused.class,
            refused -> assertThat(refused.why()).contains("not expired or revoked"));
  }

  @Test
  void refusesATokenThatSomebodyElseSigned() throws Exception {
    account("forged");
    var token = token("forged", "ambit");
    var end = token.lastIndexOf('.') + 1;
    var other = (token.charAt(end) == 'A' ? "B" : "A") + token.substring(end + 1);
    assertThat(reviews.review(token.substring(0, end) + other)).isInstanceOf(Review.Refused.class);
  }

  private void account(String name) {
    var _ =
        api.client()
            .resource(
                new ServiceAccountBuilder()
                    .withNewMetadata()
                    .withName(name)
                    .withNamespace(NAMESPACE)
                    .endMetadata()
                    .build())
            .serverSideApply();
  }

  private String token(String account, String audience) {
    return api.client()
        .serviceAccounts()
        .inNamespace(NAMESPACE)
        .withName(account)
        .tokenRequest(
            new TokenRequestBuilder()
                .withNewSpec()
                .withAudiences(audience)
                .withExpirationSeconds(600L)
                .endSpec()
                .build())
        .getStatus()
        .getToken();
  }

  private static String claims(String token) {
    return new String(Base64.getUrlDecoder().decode(token.split("\\.", -1)[1]), UTF_8);
  }

  /// The same with other claims, signed by the key of this cluster.
  private String signed(String token, String claims) throws Exception {
    var pem = Files.readString(api.kubeconfig().resolveSibling("pki/service-account.key"));
    var der = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
    var signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der)));
    var encoder = Base64.getUrlEncoder().withoutPadding();
    var text =
        token.substring(0, token.indexOf('.'))
            + "."
            + encoder.encodeToString(claims.getBytes(UTF_8));
    signature.update(text.getBytes(UTF_8));
    return text + "." + encoder.encodeToString(signature.sign());
  }
}
