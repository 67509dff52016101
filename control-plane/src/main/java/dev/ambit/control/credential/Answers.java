package dev.ambit.control.credential;

import dev.ambit.control.store.CredentialTable;

/// Issuers' answers as the store keeps them.
public final class Answers {
  private Answers() {}

  public static CredentialTable.Answer code(Probe probe) {
    return switch (probe) {
      case Probe.Alive _ -> CredentialTable.Answer.ALIVE;
      case Probe.Dead() -> CredentialTable.Answer.DEAD;
      case Probe.Unknown(String _) -> CredentialTable.Answer.UNKNOWN;
    };
  }

  public static String why(Probe probe) {
    return switch (probe) {
      case Probe.Alive _ -> "the issuer says it is alive";
      case Probe.Dead() -> "the issuer says it is dead";
      case Probe.Unknown(String why) -> why;
    };
  }
}
