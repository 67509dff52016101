package dev.ambit.control.lifecycle;

import dev.ambit.control.lifecycle.Refusal.Kind;
import dev.ambit.spiffe.identity.SpiffeIds;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The bounds of an order's fields, before anything is looked up. Pure.
final class OrderCheck {
  static final int DETAIL_MAX = 1_024;
  static final Duration TTL_MIN = Duration.ofSeconds(1);

  private static final int NAME_MAX = 63;
  private static final int SPIFFE_ID_MAX = 2_048;
  private static final int POD_UID_MAX = 64;
  private static final int SHORT_MAX = 256;
  private static final int KEY_MAX = 128;
  private static final int PARAMETERS_MAX = 32;

  private @Nullable Refusal first;

  private OrderCheck() {}

  /// The first thing that is wrong, if any.
  static Optional<Refusal> check(OpenOrder order) {
    var check = new OrderCheck();
    check.length("template", order.template(), 1, NAME_MAX);
    check.spiffeId(order.workload());
    check.length("workload.pod_uid", order.podUid(), 0, POD_UID_MAX);
    check.length("task.id", order.task().id(), 0, SHORT_MAX);
    check.length("task.purpose", order.task().purpose(), 0, DETAIL_MAX);
    check.length("task.link", order.task().link(), 0, SPIFFE_ID_MAX);
    check.that(
        order.task().link().isEmpty() || order.task().link().startsWith("https://"),
        "task.link",
        order.task().link(),
        "an https URL");
    check.length("on_behalf_of", order.onBehalfOf(), 0, SHORT_MAX);
    check.length("idempotency_key", order.idempotencyKey(), 0, KEY_MAX);
    check.that(
        order.parameters().size() <= PARAMETERS_MAX,
        "parameters",
        Integer.toString(order.parameters().size()),
        "at most " + PARAMETERS_MAX);
    order.ttl().ifPresent(ttl -> check.ttl(ttl));
    check.facts(order);
    return Optional.ofNullable(check.first);
  }

  /// What is wrong with a time to live, if anything.
  static Optional<Refusal> checkTtl(Duration ttl) {
    var check = new OrderCheck();
    check.ttl(ttl);
    return Optional.ofNullable(check.first);
  }

  /// What is wrong with the words that say why, if anything.
  static Optional<Refusal> checkDetail(String detail) {
    var check = new OrderCheck();
    check.length("detail", detail, 0, DETAIL_MAX);
    return Optional.ofNullable(check.first);
  }

  private void ttl(Duration ttl) {
    that(ttl.compareTo(TTL_MIN) >= 0, "ttl", seconds(ttl), "at least 1s");
  }

  private void length(String field, String value, int min, int max) {
    if (min > 0 && value.isEmpty()) {
      that(false, field, "", "a value");
    }
    var length = value.codePointCount(0, value.length());
    that(length <= max, field, length + "-characters", "at most " + max + " characters");
  }

  private void spiffeId(String value) {
    length("workload.spiffe_id", value, 1, SPIFFE_ID_MAX);
    if (first != null) {
      return;
    }
    try {
      var _ = SpiffeIds.check(value);
    } catch (IllegalArgumentException refused) {
      first =
          new Refusal(
              Kind.INVALID,
              "workload.spiffe_id",
              "workload.spiffe_id: "
                  + Refusal.quote(value)
                  + " (expected: spiffe://trust-domain/path)");
    }
  }

  /// The rest of what goes into the envelope: names and lengths of parameters and context.
  private void facts(OpenOrder order) {
    try {
      var _ = order.facts();
    } catch (IllegalArgumentException refused) {
      var message = String.valueOf(refused.getMessage());
      if (first == null) {
        first = new Refusal(Kind.INVALID, message.substring(0, message.indexOf(':')), message);
      }
    }
  }

  private void that(boolean holds, String field, String found, String expected) {
    if (!holds && first == null) {
      first = Refusal.of(Kind.INVALID, field, found, expected);
    }
  }

  /// A duration as people write it.
  static String seconds(Duration duration) {
    return duration.toMillisPart() == 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
  }
}
