package dev.ambit.control.kubernetes;

import dev.ambit.control.caller.TokenReviews;
import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Set;
import java.util.regex.Pattern;

/// Has the API server review tokens. Thread-safe; blocks.
public final class ApiTokenReviews implements TokenReviews {
  /// How the API server calls a ServiceAccount.
  private static final Pattern ACCOUNT =
      Pattern.compile("system:serviceaccount:([a-z0-9-]{1,63}):([a-z0-9.-]{1,253})");

  private static final int FORBIDDEN = 403;

  private final KubernetesClient client;
  private final String audience;

  /// @param audience that a token must be for
  public ApiTokenReviews(KubernetesClient client, String audience) {
    this.client = client;
    this.audience = audience;
  }

  @Override
  public Review review(String token) {
    var asked =
        new TokenReviewBuilder()
            .withNewSpec()
            .withToken(token)
            .withAudiences(audience)
            .endSpec()
            .build();
    try {
      return read(client.tokenReviews().create(asked));
    } catch (KubernetesClientException away) {
      // Its message may hold what was sent.
      return new Review.Away(
          "the API server " + said(away.getCode()) + " (expected: an answer; ask again later)");
    }
  }

  private static String said(int code) {
    if (code <= 0) {
      return "cannot be reached";
    }
    return code == FORBIDDEN
        ? "forbids this control plane to create tokenreviews"
        : "answered " + code;
  }

  private Review read(TokenReview answered) {
    var status = answered.getStatus();
    if (status == null || !Boolean.TRUE.equals(status.getAuthenticated())) {
      return new Review.Refused(
          "wrong token (expected: a token of audience " + audience + ", not expired or revoked)");
    }
    // One that knows of no audiences lists none, and would take a token for anybody.
    var audiences = status.getAudiences();
    if (audiences == null || !audiences.contains(audience)) {
      return new Review.Refused("token for another audience (expected: " + audience + ")");
    }
    var user = status.getUser();
    var account = ACCOUNT.matcher(user == null ? "" : String.valueOf(user.getUsername()));
    if (!account.matches()) {
      return new Review.Refused("token of no ServiceAccount (expected: one of this cluster)");
    }
    var groups = user == null || user.getGroups() == null ? Set.<String>of() : user.getGroups();
    return new Review.Account(account.group(1), account.group(2), Set.copyOf(groups));
  }
}
