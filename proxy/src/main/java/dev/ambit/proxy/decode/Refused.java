package dev.ambit.proxy.decode;

import dev.ambit.envelope.Reason;
import dev.ambit.proxy.model.Denial;
import java.util.Optional;

/// Thrown inside the strict parsers of this package only, and caught there: a request that is not
/// exactly as it must be. Carries our sentence, never the agent's bytes; has no stack trace.
final class Refused extends Exception {
  private static final long serialVersionUID = 1L;

  private final Reason reason;
  private final String detail;

  private Refused(Reason reason, String detail) {
    super(detail, null, false, false);
    this.reason = reason;
    this.detail = detail;
  }

  static Refused malformed(String detail) {
    return new Refused(Reason.MALFORMED, detail);
  }

  static Refused limit(String detail) {
    return new Refused(Reason.LIMIT_EXCEEDED, detail);
  }

  static Refused because(Reason reason, String detail) {
    return new Refused(reason, detail);
  }

  Denial denial() {
    return new Denial(reason, Optional.empty(), "", detail, 0);
  }
}
